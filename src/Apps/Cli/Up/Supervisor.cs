namespace Tessera.Cli.Up;

/// <summary>Runs every service of the plan until it is asked to stop, and keeps the state file true.</summary>
internal sealed class Supervisor : IDisposable
{
    private readonly RunFolder _folder;
    private readonly UpSettings _settings;
    private readonly Plan _plan;
    private readonly TimeProvider _clock;
    private readonly HttpClient _http = Health.NewClient();
    private readonly List<SupervisedService> _services;
    private readonly DateTimeOffset _since;
    private readonly Lock _writing = new();
    private volatile string _phase = RunState.Starting;

    public Supervisor(RunFolder folder, UpSettings settings, Plan plan, TimeProvider clock)
    {
        _folder = folder;
        _settings = settings;
        _plan = plan;
        _clock = clock;
        _since = clock.GetUtcNow();
        var environment = new ServiceEnvironment(folder, settings, plan);
        var launcher = new ServiceLauncher(folder);
        _services = [.. plan.Instances.Select(
            instance => new SupervisedService(instance, environment, launcher, folder, _http, clock))];
    }

    /// <summary>A service changed its state. Called on any thread.</summary>
    public event Action<InstanceState>? Changed;

    public IReadOnlyList<InstanceState> States => [.. _services.Select(service => service.State)];

    public bool IsReady => _services.TrueForAll(service => service.State.State == "ready");

    /// <summary>Returns when all have ended.</summary>
    public async Task RunAsync(CancellationToken stop)
    {
        foreach (var service in _services)
        {
            service.Changed += () =>
            {
                WriteState();
                Changed?.Invoke(service.State);
            };
        }
        WriteState();
        var gateway = _services.Single(service => service.State.Service == "gateway");
        using var stopGateway = CancellationTokenSource.CreateLinkedTokenSource(stop);
        using var stopOthers = new CancellationTokenSource();
        var gatewayRun = gateway.RunAsync(stopGateway.Token);
        var others = _services.Where(service => service != gateway)
            .Select(service => service.RunAsync(stopOthers.Token)).ToList();
        await Task.WhenAny([gatewayRun, .. others]); // Asked to stop, or one could not be started at all.

        // The gateway ends first, so that nobody's request is cut off by a service that ended before it.
        await stopGateway.CancelAsync();
        await gatewayRun.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        await stopOthers.CancelAsync();
        await Task.WhenAll([gatewayRun, .. others]).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        _folder.ClearState();
        await Task.WhenAll([gatewayRun, .. others]);
    }

    public void Enter(string phase)
    {
        _phase = phase;
        WriteState();
    }

    public RunState Snapshot() => new(
        ProcessIdentity.Current, _since, _plan.Gateway.Address, _settings.Broker, _settings.Database, _phase, States);

    private void WriteState()
    {
        lock (_writing) _folder.WriteState(Snapshot());
    }

    public void Dispose() => _http.Dispose();
}
