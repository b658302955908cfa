using WeightSwarm.Core.Records;
using WeightSwarm.Tests.Repository;

namespace WeightSwarm.Tests.Protocol;

/// <summary>A vector that no test holds true is a promise that nobody keeps.</summary>
public sealed class VectorCoverageTests
{
    /// <summary>Every part of every file, and the test that reads it.</summary>
    private static readonly Dictionary<string, string> _readBy = new()
    {
        ["audits/answers"] = nameof(AuditVectorTests.Answers_AreSignedAndJudgedAsTheVectorsSay),
        ["audits/draws"] = nameof(AuditVectorTests.Draws_AreTheVectors),
        ["audits/duties"] = nameof(AuditVectorTests.Duties_AreTheVectors),
        ["audits/members"] = nameof(AuditVectorTests.Duties_AreTheVectors),
        ["audits/model"] = nameof(AuditVectorTests.Draws_AreTheVectors),
        ["audits/nonce"] = nameof(AuditVectorTests.Draws_AreTheVectors),
        ["buckets/duties"] = nameof(BucketVectorTests.Duties_AreTheVectors),
        ["buckets/models"] = nameof(BucketVectorTests.Models_HaveTheirBuckets),
        ["catalogue-records/accepted"] = nameof(RecordVectorTests.Accepted_InOrder_AreAcceptedAndKeptAsTheyCame),
        ["catalogue-records/now_ms"] = nameof(RecordVectorTests.Accepted_InOrder_AreAcceptedAndKeptAsTheyCame),
        ["frames/frames"] = nameof(FrameVectorTests.Frames_AreTheBytesOfTheirFields),
        ["frames/short_id"] = nameof(FrameVectorTests.ShortId_IsTheFirstEightBytesAsABigEndianNumber),
        ["keys/base32"] = nameof(KeyVectorTests.Base32_OfEachLength_IsTheVectors),
        ["keys/invites"] = nameof(KeyVectorTests.Invites_AreWrittenAndRead),
        ["keys/keys"] = nameof(KeyVectorTests.Keys_HaveTheirIds),
        ["keys/network"] = nameof(KeyVectorTests.Network_IsTheFoundersId),
        ["leases/steps"] = nameof(LeaseVectorTests.Steps_InOrder_GetTheVectorsVerdictsAndLeaveWhatLives),
        ["models/files"] = nameof(ModelVectorTests.Files_HaveTheirHashesAndTrees),
        ["models/info_hash_v1"] = nameof(ModelVectorTests.Torrent_HasTheVectorsHashes),
        ["models/info_hash_v2"] = nameof(ModelVectorTests.Torrent_HasTheVectorsHashes),
        ["models/manifest"] = nameof(ModelVectorTests.Manifest_IsTheVectorsBytes),
        ["models/manifest_hash"] = nameof(ModelVectorTests.Manifest_IsTheVectorsBytes),
        ["models/metainfo_bytes"] = nameof(ModelVectorTests.Torrent_HasTheVectorsHashes),
        ["models/metainfo_hash"] = nameof(ModelVectorTests.Torrent_HasTheVectorsHashes),
        ["models/name"] = nameof(ModelVectorTests.Torrent_HasTheVectorsHashes),
        ["models/piece_length"] = nameof(ModelVectorTests.Files_HaveTheirHashesAndTrees),
        ["models/pieces_per_slice"] = nameof(ModelVectorTests.Slices_HaveTheVectorsLeaves),
        ["models/proofs"] = nameof(ModelVectorTests.Proofs_HaveTheVectorsUncles),
        ["models/slice_leaves"] = nameof(ModelVectorTests.Slices_HaveTheVectorsLeaves),
        ["models/slices"] = nameof(ModelVectorTests.Slices_HaveTheVectorsLeaves),
        ["node-records/accepted"] = nameof(RecordVectorTests.Accepted_InOrder_AreAcceptedAndKeptAsTheyCame),
        ["node-records/now_ms"] = nameof(RecordVectorTests.Accepted_InOrder_AreAcceptedAndKeptAsTheyCame),
        ["progress/answers"] = nameof(ProgressVectorTests.Answers_AreSignedAndJudgedAsTheVectorsSay),
        ["progress/draws"] = nameof(ProgressVectorTests.Draws_AreTheVectors),
        ["progress/model"] = nameof(ProgressVectorTests.Draws_AreTheVectors),
        ["progress/nonce"] = nameof(ProgressVectorTests.Draws_AreTheVectors),
        ["progress/piece_length"] = nameof(ProgressVectorTests.Draws_AreTheVectors),
        ["progress/sizes"] = nameof(ProgressVectorTests.Draws_AreTheVectors),
        ["reconciliation/fingerprints"] = nameof(ReconciliationVectorTests.Fingerprints_AreTheVectors),
        ["reconciliation/salt"] = nameof(ReconciliationVectorTests.Key_OfTheSalt_IsTheVectors),
        ["reconciliation/transcripts"] = nameof(ReconciliationVectorTests.Transcripts_AreTheVectorsByteForByte),
        ["reconciliation/y"] = nameof(ReconciliationVectorTests.Key_OfTheSalt_IsTheVectors),
        ["reconciliation/z"] = nameof(ReconciliationVectorTests.Key_OfTheSalt_IsTheVectors),
        ["refusals/now_ms"] = nameof(RecordVectorTests.Refused_InOrder_GetTheVectorsVerdicts),
        ["refusals/offered"] = nameof(RecordVectorTests.Refused_InOrder_GetTheVectorsVerdicts),
        ["scores/epoch"] = nameof(ScoreVectorTests.Epoch_IsTheOneThatViewsHave),
        ["scores/epoch_salt"] = nameof(ScoreVectorTests.Epoch_IsTheOneThatViewsHave),
        ["scores/members"] = nameof(ScoreVectorTests.Monitors_AreTheVectorsInTheirOrder),
        ["scores/monitors"] = nameof(ScoreVectorTests.Monitors_AreTheVectorsInTheirOrder),
        ["scores/neg_log2"] = nameof(ScoreVectorTests.NegLog2_IsTheVectorsToTheLastBit),
        ["scores/scores"] = nameof(ScoreVectorTests.Scores_AreTheVectorsAtEachStep),
        ["scores/weights"] = nameof(ScoreVectorTests.Weights_AreTheVectors),
        ["timed/answers"] = nameof(TimedVectorTests.Answers_AreSignedAndJudgedAsTheVectorsSay),
        ["timed/draws"] = nameof(TimedVectorTests.Draws_AreTheVectors),
        ["timed/model"] = nameof(TimedVectorTests.Draws_AreTheVectors),
        ["timed/nonce"] = nameof(TimedVectorTests.Draws_AreTheVectors),
        ["timed/piece_length"] = nameof(TimedVectorTests.Draws_AreTheVectors),
        ["timed/pieces_per_slice"] = nameof(TimedVectorTests.Draws_AreTheVectors),
        ["timed/sizes"] = nameof(TimedVectorTests.Draws_AreTheVectors),
    };

    [Fact]
    public void Vectors_AreAllReadBySomeTest()
    {
        var files = RepositoryFiles.Below("docs/vectors", "").Select(path => Path.GetFileNameWithoutExtension(path)!);
        var parts = files.SelectMany(file => Vectors.Load(file).EnumerateObject()
            .Where(part => part.Name != "note").Select(part => $"{file}/{part.Name}"));
        Assert.Equal(_readBy.Keys.Order(StringComparer.Ordinal), parts.Order(StringComparer.Ordinal));
    }

    [Fact]
    public void Vectors_OfRecords_CoverEveryKindAndAnUnknownOne()
    {
        var kinds = RecordVectorTests.Accepted.Select(vector => (RecordKind)vector.Int("kind")).ToHashSet();
        Assert.Equal(Enum.GetValues<RecordKind>().Except([RecordKind.None]), kinds.Where(Enum.IsDefined).Order());
        Assert.Contains(kinds, kind => !Enum.IsDefined(kind));
    }

    [Fact]
    public void Vectors_OfRefusals_CoverEveryVerdict() => Assert.Equal(
        // What a node does not subscribe to is its own matter, and no fault of the record.
        Enum.GetNames<Acceptance>().Except([nameof(Acceptance.NotSubscribed)]).Order(StringComparer.Ordinal),
        Vectors.Of("refusals", "offered").EnumerateArray().Select(vector => vector.Text("verdict")).Distinct()
            .Order(StringComparer.Ordinal));
}
