using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using WeightSwarm.Node.Auditing;
using WeightSwarm.Node.Consent;
using WeightSwarm.Node.Control;
using WeightSwarm.Node.Curation;
using WeightSwarm.Node.Donations;
using WeightSwarm.Node.Gossip;
using WeightSwarm.Node.Origins;
using WeightSwarm.Node.Replication;
using WeightSwarm.Node.Scrub;
using WeightSwarm.Node.Store;
using WeightSwarm.Node.Torrents;
using WeightSwarm.Node.Web;
using WeightSwarm.Node.Weights;

namespace WeightSwarm.Node.Hosting;

/// <summary>The parts of the daemon, each in one method. Hosted ones start in the order in which they stand
/// here.</summary>
internal static class DaemonServices
{
    public static IServiceCollection AddMachine(this IServiceCollection services, DaemonOptions options) => services
        .AddSingleton(options)
        .AddSingleton(TimeProvider.System)
        .AddSingleton<Clock>()
        .AddSingleton<HostFailure>()
        .AddSingleton(SystemdNotifier.FromEnvironment())
        .AddSingleton<IVolumes, LinuxVolumes>();

    public static IServiceCollection AddStore(this IServiceCollection services) => services
        .AddSingleton(s => StateFolder.Acquire(s.GetRequiredService<DaemonOptions>().StateFolder))
        .AddSingleton(s => NodeKey.LoadOrCreate(s.GetRequiredService<StateFolder>().NodeKeyPath))
        .AddSingleton(s =>
            NodeStore.Open(s.GetRequiredService<StateFolder>().FolderPath, s.GetRequiredService<TimeProvider>()))
        .AddSingleton(s =>
            SelfSignedCertificate.Create(s.GetRequiredService<NodeKey>(), s.GetRequiredService<TimeProvider>()))
        .AddSingleton(s => s.GetRequiredService<NodeStore>().Drills)
        .AddSingleton(s => s.GetRequiredService<NodeStore>().Scrubs)
        .AddSingleton(s => s.GetRequiredService<NodeStore>().Content);

    public static IServiceCollection AddDonations(this IServiceCollection services) => services.AddSingleton(s =>
        new DonationLedger(
            s.GetRequiredService<NodeStore>().Donations, s.GetRequiredService<NodeKey>().Id,
            s.GetRequiredService<StateFolder>().FolderPath, s.GetRequiredService<IVolumes>(),
            s.GetRequiredService<TimeProvider>()));

    public static IServiceCollection AddTorrents(this IServiceCollection services) => services
        .AddSingleton<IEngineFactory, LibtorrentFactory>()
        .AddSingleton<EngineHost>()
        .AddSingleton<Bandwidth>()
        .AddHosted<BandwidthLoop>();

    public static IServiceCollection AddOrigins(this IServiceCollection services) => services
        .AddSingleton<OriginBook>()
        .AddHosted<WebSeedShim>();

    public static IServiceCollection AddWeights(this IServiceCollection services) => services
        .AddSingleton<ModelAdder>()
        .AddSingleton<ModelWants>()
        .AddSingleton<ModelRestorer>()
        .AddHosted<RestoreDrill>();

    public static IServiceCollection AddGossip(this IServiceCollection services) => services
        .AddSingleton<SwarmInbox>()
        .AddSingleton<Reach>()
        .AddSingleton<ContentServer>()
        .AddSingleton<ContentFetcher>()
        .AddSingleton<GossipGate>()
        .AddSingleton<GossipDialer>()
        .AddSingleton<CustodyTable>()
        .AddHosted<ReceiptServer>()
        .AddHosted<GossipServer>()
        .AddHosted<SessionTable>()
        .AddHosted<ReceiptAsker>()
        .AddSingleton<AuditLayouts>()
        .AddHosted<AuditLoop>()
        .AddHosted<TimedServer>()
        .AddHosted<TimedAsker>()
        .AddHosted<ProgressServer>()
        .AddHosted<ProgressAsker>()
        .AddHosted<SwarmLoop>()
        .AddHosted<NetworkService>()
        .AddHosted<DhtRendezvous>()
        .AddHosted<PortMapper>();

    public static IServiceCollection AddCuration(this IServiceCollection services) => services
        .AddSingleton<CatalogueKeys>()
        .AddSingleton<CatalogueDesk>()
        .AddSingleton<CuratorDesk>()
        .AddSingleton<ProposalDesk>()
        .AddSingleton<ConsentDesk>();

    public static IServiceCollection AddReplication(this IServiceCollection services) => services
        .AddSingleton<FetchQueue>()
        .AddSingleton<HiddenHolders>()
        .AddSingleton<ModelContents>()
        .AddSingleton<Quarantine>()
        .AddSingleton<DiskWatch>()
        .AddHosted<CustodyLoop>()
        .AddSingleton<IHeldModels>(s => s.GetRequiredService<CustodyLoop>())
        .AddHosted<CustodyResumer>()
        .AddHosted<InPlaceWatch>()
        .AddHosted<CustodyRebuilder>();

    public static IServiceCollection AddScrub(this IServiceCollection services) => services
        .AddSingleton<ILoadGauge, LoadGauge>()
        .AddSingleton<Func<IScrubReader>>(() => new DiskReader())
        .AddSingleton(PaceOf)
        .AddSingleton<ScrubProgress>()
        .AddSingleton<HeldVerifier>()
        .AddHosted<ScrubLoop>();

    // Resolved now: a loop that outlives a start that failed finds the container closed.
    private static ScrubPace PaceOf(IServiceProvider services)
    {
        var inbox = services.GetRequiredService<SwarmInbox>();
        return cancellation => inbox.AskAsync(core => core?.Charter?.Policy.Pace, cancellation);
    }

    public static IServiceCollection AddWeb(this IServiceCollection services) => services
        .AddSingleton<Metrics>()
        .AddHosted<LocalWeb>();

    public static IServiceCollection AddControl(this IServiceCollection services) => services
        .AddSingleton<ControlService>()
        .AddHosted<ControlServer>()
        .AddHosted<Readiness>();

    private static IServiceCollection AddHosted<T>(this IServiceCollection services)
        where T : class, IHostedService => services
        .AddSingleton<T>()
        .AddHostedService(s => s.GetRequiredService<T>());
}
