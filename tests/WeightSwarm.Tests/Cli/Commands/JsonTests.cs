using Google.Protobuf;
using WeightSwarm.V1;

namespace WeightSwarm.Tests.Cli.Commands;

/// <summary>The whole of what each verb prints with --json: other programs read it.</summary>
public class JsonTests
{
    [Fact]
    public async Task Ls_PrintsTheCatalogue() => await Check(
        new ListReply { Models = { Samples.Model() } }, ["ls"], $$"""
        {
          "schema": "weightswarm.ls/1",
          "models": [
            {
        {{Samples.ModelJson(6)}}
            }
          ]
        }
        """);

    [Fact]
    public async Task Health_PrintsCopiesAndACountForEveryRisk() => await Check(
        new HealthReply { Models = { Samples.Health("org/model", "safe", 3) }, Basis = "signed statements" },
        ["health"], $$"""
        {
          "schema": "weightswarm.health/1",
          "models": [
            {
              "name": "org/model",
              "revision": "r1",
              "info_hash_v2": "{{Samples.HashV2}}",
              "bytes": 3000000000,
              "slices": 3,
              "slices_below_target": 1,
              "target_copies": 3,
              "copies": {
                "counted": 3,
                "verified": 1,
                "claimed": 2,
                "online": 2,
                "fetching": 1
              },
              "risk": "safe",
              "wanted_by_nobody": null,
              "loss_within_a_year": null
            }
          ],
          "summary": {
            "safe": 1,
            "thin": 0,
            "endangered": 0,
            "critical": 0,
            "lost": 0
          },
          "basis": "signed statements"
        }
        """);

    [Fact]
    public async Task Status_PrintsTheNode() => await Check(
        new StatusReply
        {
            NodeId = Samples.NodeA,
            Version = "0.1.0",
            StateFolder = "/s",
            StartedMs = Samples.SomeTimeMs,
            Ports = new Ports { Gossip = 1, Torrent = 2, Http = 3 },
            Listen = "127.0.0.1",
            Network = Samples.Network(),
            Donations = { Samples.Donation() },
            NodesKnown = 4,
            NodesOnline = 3,
            ModelsHeld = 2,
            SlicesHeld = 9,
            BytesHeld = 10,
            SlicesFetching = 1,
            Audits = new AuditInfo { CopiesPassed = 7, CopiesFailed = 2, NodesFailed = 1, LeavesAsked = 30 },
            Reads = { Samples.Read() },
            Warnings = { "the clock is wrong" },
        },
        ["status"], $$"""
        {
          "schema": "weightswarm.status/1",
          "node_id": "{{Samples.NodeA}}",
          "version": "0.1.0",
          "state_folder": "/s",
          "started_at": "2024-05-06T07:08:09.010Z",
          "listen": "127.0.0.1",
          "ports": {
            "gossip": 1,
            "torrent": 2,
            "http": 3
          },
          "reach": null,
          "network": {
            "network_id": "{{Samples.NodeB}}",
            "name": "try",
            "copies": 3,
            "pace": "drill",
            "domains": "node",
            "slice_bytes": 1073741824,
            "founder": true,
            "curator": true,
            "charter_known": true
          },
          "donations": [
            {
              "path": "/srv/weights",
              "quota_bytes": 500000000000,
              "reserve_bytes": 5000000000,
              "used_bytes": 1234000000,
              "volume_free_bytes": 700000000000,
              "state": "present",
              "reason": null,
              "slices_held": 12,
              "bytes_held": 1100000000,
              "slices_in_trash": 2,
              "trash_bytes": 134000000,
              "deadline": null
            }
          ],
          "nodes_known": 4,
          "nodes_online": 3,
          "models_held": 2,
          "slices_held": 9,
          "bytes_held": 10,
          "slices_fetching": 1,
          "audits": {
            "copies_passed": 7,
            "copies_failed": 2,
            "nodes_failed": 1,
            "leaves_asked": 30,
            "copies_in_time": 0,
            "copies_slow": 0,
            "claims_asked": 0,
            "claims_shown": 0
          },
          "oldest_read_at": "2024-05-06T07:08:09.010Z",
          "reads": [
            {
              "name": "org/model",
              "revision": "r1",
              "info_hash_v2": "{{Samples.HashV2}}",
              "slices": 2,
              "slices_doubted": 1,
              "last_read_at": "2024-05-06T07:08:09.010Z"
            }
          ],
          "warnings": [
            "the clock is wrong"
          ]
        }
        """);

    [Theory]
    [InlineData("create", "n")]
    [InlineData("join", "wsw1abc")]
    [InlineData("show")]
    public async Task Network_OfNone_IsNull(params string[] args) => await Check(
        new NetworkReply(), ["network", .. args], """
        {
          "schema": "weightswarm.network/1",
          "network": null
        }
        """);

    [Fact]
    public async Task Invite_PrintsTheInvite() => await Check(new InviteReply { Invite = "wsw1abc" }, ["invite"], """
        {
          "schema": "weightswarm.invite/1",
          "invite": "wsw1abc"
        }
        """);

    [Theory]
    [InlineData("donate", "500GB")]
    [InlineData("donations")]
    public async Task Donations_OfNone_AreAnEmptyArray(params string[] args) => await Check(
        new DonationsReply(), args, $$"""
        {
          "schema": "weightswarm.{{args[0]}}/1",
          "donations": [],
          "releases": [],
          "trash": []
        }
        """);

    [Theory]
    [InlineData("drain")]
    [InlineData("drain", "show")]
    [InlineData("drain", "cancel")]
    public async Task Drain_PrintsItsProgress(params string[] args) => await Check(Samples.Drain(), args, """
        {
          "schema": "weightswarm.drain/1",
          "draining": true,
          "since": "2024-05-06T07:08:09.010Z",
          "deadline": "2024-05-07T19:08:09.010Z",
          "slices_left": 12,
          "bytes_left": 1100000000,
          "slices_in_place": 3,
          "donations": [
            {
              "path": "/srv/weights",
              "quota_bytes": 500000000000,
              "reserve_bytes": 5000000000,
              "used_bytes": 1234000000,
              "volume_free_bytes": 700000000000,
              "state": "present",
              "reason": null,
              "slices_held": 12,
              "bytes_held": 1100000000,
              "slices_in_trash": 2,
              "trash_bytes": 134000000,
              "deadline": null
            }
          ],
          "releases": [
            {
              "model": "org/model",
              "revision": "r1",
              "first_slice": 2,
              "last_slice": 5,
              "bytes": 256000000,
              "reason": "drain",
              "phase": "waiting",
              "copies_elsewhere": 1,
              "copies_needed": 2,
              "due_in_ms": 1500,
              "waits_for": "waits for copies elsewhere: 1 of 2 seen"
            }
          ],
          "trash": [
            {
              "model": "org/model",
              "revision": "r1",
              "folder": "/srv/weights/models/m",
              "slices": 2,
              "bytes": 134000000,
              "reason": "drain",
              "unproven": 1,
              "fewest_copies_elsewhere": 1,
              "deleted_at": "2024-05-13T07:08:09.010Z"
            }
          ]
        }
        """);

    [Fact]
    public async Task Add_PrintsTheEntry_AndNothingOfTheProgress() => await Check(
        [
            new AddEvent { Progress = new AddProgress { Phase = "hashing", BytesDone = 1, BytesTotal = 2 } },
            new AddEvent
            {
                Result = new AddResult
                {
                    Model = Samples.Model(), Existing = true, Holders = 2, Notes = { "a \"note\"" },
                },
            },
        ],
        ["add", "/m", "--name", "org/model", "--licence", "MIT"], $$"""
        {
          "schema": "weightswarm.add/1",
          "model": {
        {{Samples.ModelJson(4)}}
          },
          "facts": null,
          "existing": true,
          "held": false,
          "proposed": false,
          "holders": 2,
          "notes": [
            "a \"note\""
          ]
        }
        """);

    [Fact]
    public async Task Restore_PrintsWhereAndHowMuch() => await Check(
        [
            new RestoreEvent { Progress = new RestoreProgress { Phase = "fetching" } },
            new RestoreEvent
            {
                Result = new RestoreResult
                {
                    Model = Samples.Model(), Folder = "/r", Files = 7, Bytes = 3_000_000_000, Milliseconds = 1500,
                },
            },
        ],
        ["restore", "org/model", "/r"], $$"""
        {
          "schema": "weightswarm.restore/1",
          "model": {
        {{Samples.ModelJson(4)}}
          },
          "folder": "/r",
          "files": 7,
          "bytes": 3000000000,
          "elapsed_ms": 1500
        }
        """);

    [Fact]
    public async Task Show_PrintsFilesAndHolders() => await Check(
        new ShowReply
        {
            Model = Samples.Model(),
            Magnet = "magnet:?x",
            Read = Samples.Read(),
            Facts = Samples.Facts(),
            Files = { new WeightSwarm.V1.FileInfo { Path = "a b/c.txt", Bytes = 5, Sha256 = "ff" } },
            Holders =
            {
                new HolderInfo
                {
                    NodeId = Samples.NodeA, Slices = 3, SlicesVerified = 2, Online = true, Counted = true,
                    InPlace = true,
                },
            },
        },
        ["show", "org/model"], $$"""
        {
          "schema": "weightswarm.show/1",
          "model": {
        {{Samples.ModelJson(4)}}
          },
          "facts": {
            "parameters": 8030261248,
            "dtypes": [
              {
                "dtype": "BF16",
                "parameters": 8030261248,
                "bytes": 16060522496
              }
            ],
            "architecture": "LlamaForCausalLM",
            "shards": {
              "present": 3,
              "expected": 4,
              "missing": [
                "model-00002-of-00004.safetensors"
              ]
            },
            "hazards": [
              "contains-pickle"
            ],
            "broken_files": 1
          },
          "last_read_at": "2024-05-06T07:08:09.010Z",
          "slices_doubted": 1,
          "magnet": "magnet:?x",
          "torrent": null,
          "files": [
            {
              "path": "a b/c.txt",
              "bytes": 5,
              "sha256": "ff"
            }
          ],
          "holders": [
            {
              "node_id": "{{Samples.NodeA}}",
              "slices": 3,
              "slices_verified": 2,
              "online": true,
              "counted": true,
              "in_place": true,
              "absent_seconds": 0
            }
          ]
        }
        """);

    [Fact]
    public async Task Plan_PrintsEveryLine() => await Check(
        new PlanReply
        {
            ViewVersion = 12,
            Lines =
            {
                new PlanLine
                {
                    Action = "wait", Model = "org/model", Revision = "r1", FirstSlice = 1, LastSlice = 2, Bytes = 9,
                    Urgency = "U2", Reason = "others come first", DueInMs = -1,
                },
            },
        },
        ["plan"], """
        {
          "schema": "weightswarm.plan/1",
          "view_version": 12,
          "lines": [
            {
              "action": "wait",
              "model": "org/model",
              "revision": "r1",
              "first_slice": 1,
              "last_slice": 2,
              "bytes": 9,
              "urgency": "U2",
              "reason": "others come first",
              "due_in_ms": null
            }
          ]
        }
        """);

    [Fact]
    public async Task Why_PrintsEverySlice() => await Check(
        new WhyReply
        {
            Model = Samples.Model(),
            Origin = "available",
            Slices =
            {
                new WhySlice
                {
                    Slice = 0, Durable = 3, Recent = 1, Online = 1, Claims = 1, Need = 1, Next = "a node claims it",
                    Verified = 1,
                    Copies =
                    {
                        new WhyCopy { NodeId = Samples.NodeA, Counted = true, Verified = true, Reason = "in place" },
                    },
                },
            },
        },
        ["why", "org/model"], $$"""
        {
          "schema": "weightswarm.why/1",
          "model": {
        {{Samples.ModelJson(4)}}
          },
          "origin_state": "available",
          "slices": [
            {
              "slice": 0,
              "durable": 3,
              "verified": 1,
              "claimed": 2,
              "recent": 1,
              "online": 1,
              "claims": 1,
              "need": 1,
              "copies": [
                {
                  "node_id": "{{Samples.NodeA}}",
                  "counted": true,
                  "claim": false,
                  "verified": true,
                  "reason": "in place"
                }
              ],
              "next": "a node claims it"
            }
          ]
        }
        """);

    private static Task Check(IMessage answer, string[] args, string expected) => Check([answer], args, expected);

    private static async Task Check(IEnumerable<IMessage> answers, string[] args, string expected)
    {
        var result = await FakeDaemon.Run(answers, [.. args, "--json"]);
        Assert.Equal((0, ""), (result.Code, result.Error));
        Assert.Equal(expected + "\n", result.Out);
    }
}
