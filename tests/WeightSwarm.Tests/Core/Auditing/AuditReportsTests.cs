using System.Collections.Immutable;
using Google.Protobuf;
using WeightSwarm.Core;
using WeightSwarm.Core.Auditing;
using WeightSwarm.Core.Catalogue;
using WeightSwarm.Core.Identity;
using WeightSwarm.Core.Planning;
using WeightSwarm.Core.Records;
using WeightSwarm.Simulation.World;
using WeightSwarm.Tests.Core.Planning;
using WeightSwarm.Tests.Core.Records;
using Record = WeightSwarm.Core.Records.Record;

namespace WeightSwarm.Tests.Core.Auditing;

public sealed class AuditReportsTests
{
    private static readonly Pace _pace = Pace.Drill;
    private static readonly Entry _model = Swarm.Model(0, 40);

    private readonly AuditBook _book = new();

    private static CopyKey Copy(int holder, int slice) => new(Swarm.Id(holder), _model.ModelId, slice);

    private void Pass(CopyKey copy, long agoMs) => _book.Enter(
        copy, ReceiptOutcome.Proven, 1, new AuditMoment(Swarm.Now.UnixMs - agoMs, true, 0, false), _pace);

    private Record Report(int author = 9) => EnvelopeCodec.Write(
        new SimKey(7, author), TestRecords.Network, RecordKind.AuditReport, [],
        AuditReports.Write(_book, Swarm.Now.UnixMs, _pace), 1, Swarm.Now.UnixMs, 20_000);

    [Fact]
    public void Write_PassesOfTheWindow_AreReadBackToAnEighthOfAPeriod()
    {
        Pass(Copy(2, 0), 0);
        Pass(Copy(2, 33), 100);
        Pass(Copy(3, 0), _pace.AuditMs);
        Pass(Copy(4, 0), AuditReports.WindowMs(_pace));
        var report = Report();
        var part = _pace.AuditMs / AuditReports.PartsPerPeriod;
        Assert.Equal(Swarm.Now.UnixMs - part, AuditReports.PassedMs(report, Copy(2, 0), _pace));
        Assert.Equal(Swarm.Now.UnixMs - part, AuditReports.PassedMs(report, Copy(2, 33), _pace));
        Assert.Equal(Swarm.Now.UnixMs - _pace.AuditMs - part, AuditReports.PassedMs(report, Copy(3, 0), _pace));
        // Too old to be told; a slice, a holder and a model that nobody passed.
        Assert.Equal(0, AuditReports.PassedMs(report, Copy(4, 0), _pace));
        Assert.Equal(0, AuditReports.PassedMs(report, Copy(2, 1), _pace));
        Assert.Equal(0, AuditReports.PassedMs(report, Copy(5, 0), _pace));
        Assert.Equal(0, AuditReports.PassedMs(
            report, Copy(2, 0) with { Model = Swarm.Model(1, 1).ModelId }, _pace));
        Assert.True(RecordBodies.IsWellFormed(report));
    }

    [Fact]
    public void Write_OfACopyThatFailedSince_DoesNotSayThatItPassed()
    {
        Pass(Copy(2, 0), 0);
        _book.Enter(Copy(2, 0), ReceiptOutcome.Failed, 1, new AuditMoment(Swarm.Now.UnixMs, true, 0, false), _pace);
        Pass(Copy(2, 1), 0);
        Assert.Equal(0, AuditReports.PassedMs(Report(), Copy(2, 0), _pace));
        Assert.True(AuditReports.PassedMs(Report(), Copy(2, 1), _pace) > 0);
    }

    [Fact]
    public void Write_OfMorePassesThanFit_KeepsTheNewestAndFitsAnEnvelope()
    {
        for (var holder = 0; holder < 2_000; holder++) Pass(Copy(holder, holder % 40), 7 * holder);
        var report = Report();
        Assert.InRange(report.Bytes.Length, 8_000, EnvelopeCodec.MaxBytes);
        Assert.True(AuditReports.PassedMs(report, Copy(1, 1), _pace) > 0);
        Assert.Equal(0, AuditReports.PassedMs(report, Copy(1_999, 1_999 % 40), _pace));
        Assert.True(RecordBodies.IsWellFormed(report));
    }

    [Fact]
    public void IsWellFormed_OfBodiesOverTheLimits_IsFalse()
    {
        static bool Of(params V1.AuditPass[] passes)
        {
            var body = new V1.AuditReport();
            body.Passes.AddRange(passes);
            return RecordBodies.IsWellFormed(EnvelopeCodec.Write(
                TestRecords.Alice, TestRecords.Network, RecordKind.AuditReport, [], body, 1, Swarm.Now.UnixMs, 20_000));
        }

        static V1.AuditPass Pass(int bytes, uint ago = 0) =>
            new() { Copy = 1, Slices = ByteString.CopyFrom(new byte[bytes]), Ago = ago };

        Assert.True(Of(Pass(512, 1024)));
        Assert.False(Of(Pass(0)));
        Assert.False(Of(Pass(513)));
        Assert.False(Of(Pass(1, 1025)));
        Assert.False(Of([.. Enumerable.Repeat(Pass(1), AuditReports.MostPasses + 1)]));
    }
}
