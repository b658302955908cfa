using WeightSwarm.V1;

namespace WeightSwarm.Tests.Cli;

/// <summary>Answers of a daemon that several tests use.</summary>
internal static class Samples
{
    public const string HashV1 = "1111111111111111111111111111111111111111";
    public const string HashV2 = "2222222222222222222222222222222222222222222222222222222222222222";
    public const string NodeA = "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa";
    public const string NodeB = "bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb";

    /// <summary>2024-05-06T07:08:09.010Z.</summary>
    public const ulong SomeTimeMs = 1714979289010;

    public static ModelInfo Model() => new()
    {
        Name = "org/model",
        Revision = "r1",
        InfoHashV1 = HashV1,
        InfoHashV2 = HashV2,
        Bytes = 3_000_000_000,
        Files = 7,
        Slices = 3,
        PieceLength = 1 << 20,
        PiecesPerSlice = 1024,
        Licence = "Apache-2.0",
        TargetCopies = 5,
        State = "active",
        SlicesHeld = 2,
        BytesHeld = 2_000_000_000,
        InPlace = true,
        AddedMs = SomeTimeMs,
    };

    public static ModelFactsInfo Facts() => new()
    {
        Parameters = 8_030_261_248,
        Dtypes = { new DtypeInfo { Dtype = "BF16", Parameters = 8_030_261_248, Bytes = 16_060_522_496 } },
        Architecture = "LlamaForCausalLM",
        ShardsPresent = 3,
        ShardsExpected = 4,
        MissingShards = { "model-00002-of-00004.safetensors" },
        Hazards = { "contains-pickle" },
        BrokenFiles = 1,
    };

    public static ModelHealth Health(string name, string risk, uint counted) => new()
    {
        Name = name,
        Revision = "r1",
        InfoHashV2 = HashV2,
        Bytes = 3_000_000_000,
        Slices = 3,
        TargetCopies = 3,
        Counted = counted,
        Fetching = 1,
        Online = 2,
        Verified = 1,
        Risk = risk,
        SlicesBelowTarget = 1,
    };

    public static NetworkInfo Network() => new()
    {
        NetworkId = NodeB,
        Name = "try",
        Copies = 3,
        Pace = "drill",
        Domains = "node",
        SliceBytes = 1 << 30,
        Founder = true,
        Curator = true,
        CharterKnown = true,
    };

    public static DonationInfo Donation() => new()
    {
        Path = "/srv/weights",
        QuotaBytes = 500_000_000_000,
        ReserveBytes = 5_000_000_000,
        UsedBytes = 1_234_000_000,
        VolumeFreeBytes = 700_000_000_000,
        State = "present",
        SlicesHeld = 12,
        BytesHeld = 1_100_000_000,
        SlicesTrash = 2,
        TrashBytes = 134_000_000,
    };

    public static DrainReply Drain() => new()
    {
        Draining = true,
        SinceMs = SomeTimeMs,
        DeadlineMs = SomeTimeMs + 36 * 3_600_000,
        SlicesLeft = 12,
        BytesLeft = 1_100_000_000,
        SlicesInPlace = 3,
        Donations = { Donation() },
        Releases =
        {
            new ReleaseInfo
            {
                Model = "org/model",
                Revision = "r1",
                FirstSlice = 2,
                LastSlice = 5,
                Bytes = 256_000_000,
                Reason = "drain",
                Phase = "waiting",
                Copies = 1,
                Needed = 2,
                DueInMs = 1500,
                WaitsFor = "waits for copies elsewhere: 1 of 2 seen",
            },
        },
        Trash =
        {
            new TrashInfo
            {
                Model = "org/model",
                Revision = "r1",
                Folder = "/srv/weights/models/m",
                Slices = 2,
                Bytes = 134_000_000,
                Reason = "drain",
                Unproven = 1,
                FewestCopies = 1,
                EmptiedMs = SomeTimeMs + 7 * 86_400_000UL,
            },
        },
    };

    public static ModelReadInfo Read() => new()
    {
        Name = "org/model",
        Revision = "r1",
        InfoHashV2 = HashV2,
        Slices = 2,
        SlicesDoubted = 1,
        ReadMs = SomeTimeMs,
    };

    /// <summary>The fields of <see cref="Model"/> as JSON, indented so deep.</summary>
    public static string ModelJson(int depth) =>
        string.Join(",\n", _modelFields.Select(field => new string(' ', depth) + field));

    private static readonly string[] _modelFields =
    [
        "\"name\": \"org/model\"", "\"revision\": \"r1\"", $"\"info_hash_v1\": \"{HashV1}\"",
        $"\"info_hash_v2\": \"{HashV2}\"", "\"bytes\": 3000000000", "\"files\": 7", "\"slices\": 3",
        "\"piece_length\": 1048576", "\"pieces_per_slice\": 1024", "\"licence\": \"Apache-2.0\"", "\"source\": null",
        "\"origin\": null",
        "\"target_copies\": 5", "\"state\": \"active\"", "\"slices_held\": 2", "\"bytes_held\": 2000000000",
        "\"in_place\": true", "\"added_at\": \"2024-05-06T07:08:09.010Z\"",
    ];
}
