using System.Diagnostics;
using Tessera.Cli.Servers;

namespace Tessera.Cli.Up;

/// <summary>Runs every service of the plan until it is asked to stop, makes another plan when a port of it is taken,
/// and keeps the state file true.</summary>
internal sealed class Supervisor : IDisposable
{
    /// <summary>A start that loses a port this often loses it to somebody who takes whatever there is.</summary>
    private const int PlansMax = 5;

    /// <summary>At its first start a foreign service is built, which takes longer: it joins the others then.</summary>
    private static readonly TimeSpan _foreignPatience = TimeSpan.FromSeconds(45);

    private readonly RunFolder _folder;
    private readonly UpSettings _settings;
    private readonly Func<Plan> _makePlan;
    private readonly HandOverSecrets _secrets;
    private readonly string _run;
    private readonly LocalServers _servers;
    private readonly IReadOnlyList<SharedAddress> _addresses;
    private readonly TimeProvider _clock;
    private readonly HttpClient _http = Health.NewClient();
    private readonly DateTimeOffset _since;
    private readonly Lock _writing = new();
    private volatile IReadOnlyList<SupervisedProcess> _services = [];
    private volatile IReadOnlyList<string> _notices = [];
    private volatile Plan _plan;
    private volatile string _phase = RunState.Starting;
    private volatile bool _isStateUnwritten;

    /// <param name="run">What tells this run's processes from any other's.</param>
    /// <param name="addresses">Where all gateways listen; none when the one gateway listens by itself.</param>
    /// <param name="makePlan">Called again when a port of the plan turns out to be taken.</param>
    public Supervisor(
        RunFolder folder, UpSettings settings, string run, LocalServers servers,
        IReadOnlyList<SharedAddress> addresses, Plan plan, Func<Plan> makePlan, TimeProvider clock)
    {
        _folder = folder;
        _settings = settings;
        _secrets = new HandOverSecrets(folder, Environment.GetEnvironmentVariable(HandOverSecrets.Key));
        _run = run;
        _servers = servers;
        _addresses = addresses;
        _makePlan = makePlan;
        _clock = clock;
        _since = clock.GetUtcNow();
        _plan = plan;
        _notices = plan.Moved;
        _services = Services(plan);
        servers.Changed += OnChanged;
    }

    /// <summary>A process changed its state. Called on any thread.</summary>
    public event Action<InstanceState>? Changed;

    /// <summary>There is something that a person should know. Called on any thread.</summary>
    public event Action<string>? Noticed;

    public Plan Plan => _plan;

    public IReadOnlyList<string> Notices => _notices;

    public bool IsReady
    {
        get
        {
            var services = _services;
            return services.Count > 0 && services.All(service => service.IsSettled);
        }
    }

    /// <summary>Returns when all have ended.</summary>
    /// <exception cref="UserError">A port was taken again and again, or the data folder is gone.</exception>
    public async Task RunAsync(CancellationToken stop)
    {
        using var ended = CancellationTokenSource.CreateLinkedTokenSource(stop);
        var watch = WatchFolder.RunAsync(_folder, WriteStateAgain, _clock, ended.Token);
        var chaos = _settings.Chaos
            ? ObeyChaos.RunAsync(_folder, () => [.. _services.Select(service => service.State)], _clock, ended.Token)
            : Task.CompletedTask;
        try
        {
            for (var plans = 1; await RunPlanAsync(watch, stop) is { } taken; plans++)
            {
                if (_phase == RunState.Running) plans = 1;
                if (plans == PlansMax)
                {
                    throw new UserError(
                        $"{taken} found its port taken by another process, {PlansMax} times in a row. " +
                        "Choose other ports with --port N.", ExitCodes.NotRunning);
                }
                var plan = _makePlan();
                _plan = plan;
                _services = Services(plan);
                Notice([$"{taken} found its port taken by another process; all services start anew", .. plan.Moved]);
            }
        }
        finally
        {
            await ended.CancelAsync();
            _folder.ClearState();
        }
        await chaos.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        await watch.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        if (watch.IsFaulted) await watch;
    }

    public void Enter(string phase)
    {
        _phase = phase;
        WriteState();
    }

    public RunState Snapshot() => new(
        ProcessIdentity.Current, _since, _plan.Gateway.Address, _settings.Broker, _settings.Database, _phase,
        [.. _services.Select(service => service.State)], _servers.States, _notices)
    {
        Encrypted = _plan.Encrypted,
    };

    public void Dispose()
    {
        _plan.LetGoOfPorts();
        _servers.Changed -= OnChanged;
        _http.Dispose();
    }

    /// <returns>Who found its port taken; null when all have ended because they were to.</returns>
    private async Task<string?> RunPlanAsync(Task watch, CancellationToken stop)
    {
        var services = _services;
        foreach (var service in services) service.Changed += () => OnChanged(service.State);
        MetricsTargets.Write(_folder, _plan.Instances);
        WriteState();
        _plan.LetGoOfPorts();
        using var stopGateways = CancellationTokenSource.CreateLinkedTokenSource(stop);
        using var stopOthers = new CancellationTokenSource();
        var runs = services.ToLookup(
            service => service.State.Service == "gateway",
            service => service.RunAsync(service.State.Service == "gateway" ? stopGateways.Token : stopOthers.Token));
        // Asked to stop, or one could not be started at all, or not where it was planned.
        await Task.WhenAny([watch, .. runs[true], .. runs[false]]);

        // The gateways end first, so that nobody's request is cut off by a service that ended before them.
        await stopGateways.CancelAsync();
        await Task.WhenAll(runs[true]).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        await stopOthers.CancelAsync();
        var all = Task.WhenAll([.. runs[true], .. runs[false]]);
        await all.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        var failures = all.Exception?.InnerExceptions ?? [];
        if (failures.FirstOrDefault(failure => failure is not PortTakenException) is { } failed) throw failed;
        return stop.IsCancellationRequested || watch.IsCompleted
            ? null
            : failures.OfType<PortTakenException>().FirstOrDefault()?.Name;
    }

    private List<SupervisedProcess> Services(Plan plan)
    {
        var environment = new ServiceEnvironment(_folder, _settings, plan, _run);
        var launcher = new ServiceLauncher(_folder);
        return [.. plan.Instances.Select(planned => new SupervisedProcess(
            new ProcessToRun(
                planned.Name, planned.Service, planned.Address, planned.Http1, planned.Http2,
                () => Start(planned, _folder.ReadProgramOf(planned.Name) ?? _settings.ProgramOf(planned)),
                (_, stop) => Health.AskAsync(_http, planned.OwnAddress, _run, stop))
            {
                // The address that people know stays, once they know it; a shared one is never lost.
                MayMove = () => !planned.IsGateway || _addresses.Count > 0 || _phase != RunState.Running,
            },
            _folder, _clock)), .. plan.Foreign.Select(planned => Foreign(planned, environment, launcher))];

        Process Start(PlannedInstance planned, string program) => launcher.Start(
            planned.Name, program, _secrets.Write(planned.Name, program, environment.For(planned)),
            planned.IsGateway ? _addresses : []);
    }

    /// <summary>A service that the store is whole without: where its tools are missing it is not there, and the others
    /// do not wait for it forever.</summary>
    private SupervisedProcess Foreign(
        PlannedInstance planned, ServiceEnvironment environment, ServiceLauncher launcher)
    {
        IReadOnlyList<string> command = [];
        return new SupervisedProcess(
            new ProcessToRun(
                planned.Name, planned.Service, planned.Address, planned.Http1, planned.Http2,
                () => launcher.Start(
                    planned.Name, command, _secrets.Write(planned.Name, program: null, environment.For(planned)),
                    _folder.Data),
                (_, stop) => Health.AskAsync(_http, planned.Address, _run, stop))
            {
                Prepare = async stop => command = await new ProvideNode(SourceTree.Root).ProvideAsync(
                    planned.Project, _folder.LogOf(planned.Name + "-build"), stop),
                WaitedForAtMost = _foreignPatience,
            },
            _folder, _clock);
    }

    private void Notice(IReadOnlyList<string> notices)
    {
        _notices = notices;
        foreach (var notice in notices) Noticed?.Invoke(notice);
    }

    private void OnChanged(InstanceState changed)
    {
        WriteState();
        // Where it cannot be started nobody is to be alarmed that it does not answer.
        if (changed.State == "ready" && _plan.Foreign.Any(each => each.Name == changed.Name))
        {
            var ready = _services.Select(each => each.State)
                .Where(state => state.State == "ready").Select(state => state.Name).ToHashSet();
            lock (_writing)
            {
                MetricsTargets.Write(
                    _folder, [.. _plan.Instances, .. _plan.Foreign.Where(each => ready.Contains(each.Name))]);
            }
        }
        Changed?.Invoke(changed);
    }

    private void WriteState()
    {
        lock (_writing) _isStateUnwritten = !_folder.TryWriteState(Snapshot());
    }

    private void WriteStateAgain()
    {
        if (_isStateUnwritten) WriteState();
    }
}
