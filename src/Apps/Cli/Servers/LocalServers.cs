using System.Globalization;
using Tessera.Cli.Up;
using Tessera.Messaging.Postgres;

namespace Tessera.Cli.Servers;

/// <summary>Starts the servers that <c>up</c> was asked for without an address, starts them again when they end, and
/// stops them after the services.</summary>
internal sealed class LocalServers : IAsyncDisposable
{
    private static readonly TimeSpan _startTimeout = TimeSpan.FromSeconds(90);
    private static readonly TimeSpan _poll = TimeSpan.FromMilliseconds(50);

    /// <summary>Ports are lost to others rarely, and never so often in a row.</summary>
    private const int PortsTriedMax = 3;

    private readonly RunFolder _folder;
    private readonly TimeProvider _clock;
    private readonly ServiceLauncher _launcher;
    private readonly List<Running> _running = [];

    private LocalServers(RunFolder folder, TimeProvider clock)
    {
        _folder = folder;
        _clock = clock;
        _launcher = new ServiceLauncher(folder);
    }

    /// <summary>A server changed its state. Called on any thread.</summary>
    public event Action<InstanceState>? Changed;

    public IReadOnlyList<InstanceState> States => [.. _running.Select(server => server.Process.State)];

    /// <returns>The servers, and the settings with their addresses filled in.</returns>
    public static async Task<(LocalServers Servers, UpSettings Settings)> StartAsync(
        RunFolder folder, UpSettings settings, IReadOnlyCollection<string> services,
        PortPicker ports, TimeProvider clock, CancellationToken stop)
    {
        var servers = new LocalServers(folder, clock);
        try
        {
            if (settings.Broker != "embedded" && settings.BrokerAddress is null)
            {
                settings = settings with
                {
                    BrokerAddress = await servers.StartBrokerAsync(settings.Broker, ports, stop),
                    OwnsBroker = true,
                };
            }
            folder.ForgetDatabases(); // Each start sets new passwords.
            if (settings.Database == "postgres" && settings.DatabaseAddress is null)
                await servers.StartDatabaseAsync(services, ports, stop);
            if (settings.Dashboard)
            {
                var dashboard = new DashboardHere(servers.FolderOf("dashboard"));
                await servers.StartAsync(dashboard, ports, stop);
                settings = settings with
                {
                    Telemetry = new TelemetryTarget(dashboard.Address, dashboard.Key, dashboard.Traces),
                };
            }
            if (settings.Monitoring) await servers.StartMonitoringAsync(ports, stop);
            return (servers, settings);
        }
        catch
        {
            await servers.DisposeAsync();
            throw;
        }
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var server in Enumerable.Reverse(_running)) await EndAsync(server);
        _running.Clear();
    }

    private async Task<string> StartBrokerAsync(string broker, PortPicker ports, CancellationToken stop)
    {
        if (broker == "rabbitmq")
        {
            var mapper = new PortMapperHere(FolderOf("portmapper"));
            await StartAsync(mapper, ports, stop);
            var rabbit = new RabbitMqHere(FolderOf(broker), mapper);
            await StartAsync(rabbit, ports, stop);
            return rabbit.Address;
        }
        LocalServer server = broker == "kafka" ? new KafkaHere(FolderOf(broker)) : new RedisHere(FolderOf(broker));
        await StartAsync(server, ports, stop);
        return server.Address;
    }

    private async Task StartDatabaseAsync(
        IReadOnlyCollection<string> services, PortPicker ports, CancellationToken stop)
    {
        var server = new PostgresHere(FolderOf("postgres"));
        await StartAsync(server, ports, stop);
        var addresses = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var service in services)
        {
            addresses[service] = await ProvisionDatabase.EnsureAsync(
                server.Address, service, Passwords.New(), "tessera_", closeOthers: true, stop);
            await new SecondRole(server.Address, addresses[service]).CloseAsync(stop);
        }
        _folder.WriteDatabases(addresses);
    }

    private async Task StartMonitoringAsync(PortPicker ports, CancellationToken stop)
    {
        var alertmanager = new AlertmanagerHere(FolderOf("alertmanager"));
        var prometheus = new PrometheusHere(FolderOf("prometheus"), alertmanager, _folder.TargetsFile);
        // Before either is started: who lacks one mostly lacks both.
        if ((prometheus.Missing ?? alertmanager.Missing) is { } missing) throw new UserError(missing);
        await StartAsync(alertmanager, ports, stop);
        await StartAsync(prometheus, ports, stop);
    }

    private async Task StartAsync(LocalServer server, PortPicker ports, CancellationToken stop)
    {
        if (OperatingSystem.IsWindows())
        {
            throw new UserError($"A server is not started on Windows; name a running one's address.");
        }
        if (server.Missing is { } missing) throw new UserError(missing);
        Directory.CreateDirectory(server.Folder);
        for (var tried = 1; ; tried++)
        {
            server.Port = await PortOfAsync(server, ports, stop);
            await server.PrepareAsync(stop);
            ports.LetGo(server.Port);
            ports.LetGo(server.Port + 1);
            var running = Run(server);
            if (await IsUpAsync(running, stop)) return;
            await EndAsync(running);
            _running.Remove(running);
            // The next try takes another pair of ports, when somebody has one of these.
            if (tried < PortsTriedMax && !CanListen(server.Port)) continue;
            var why = running.Process.State.Why is { } said ? ": " + said : "";
            throw new UserError(
                $"{server.Name} ended while it started{why} (log: {_folder.LogOf(Instance(server))})");
        }
    }

    private Running Run(LocalServer server)
    {
        var process = new SupervisedProcess(
            new ProcessToRun(
                Instance(server), server.Name, server.Shown, server.Port, server.Port,
                () => _launcher.Start(Instance(server), server.Command, server.Environs, server.WorkingFolder),
                async (pid, stop) => ListeningPort.BelongsTo(pid, server.Port) && await server.AnswersAsync(stop)
                    ? HealthAnswer.Ready
                    : HealthAnswer.Silent)
            {
                StopTimeout = TimeSpan.FromSeconds(20),
            },
            _folder, _clock);
        process.Changed += () => Changed?.Invoke(process.State);
        var stopping = new CancellationTokenSource();
        var running = new Running(process, stopping, process.RunAsync(stopping.Token));
        _running.Add(running);
        return running;
    }

    /// <returns>False when it ended instead.</returns>
    private async Task<bool> IsUpAsync(Running server, CancellationToken stop)
    {
        var began = _clock.GetTimestamp();
        while (server.Process.State is { State: not "ready" } state)
        {
            if (state.Restarts > 0) return false;
            if (server.Ends.IsFaulted) await server.Ends;
            if (_clock.GetElapsedTime(began) > _startTimeout)
            {
                throw new UserError(
                    $"{state.Service} did not answer within {_startTimeout.TotalSeconds:0} s (log: {state.Log})");
            }
            await Task.Delay(_poll, _clock, stop);
        }
        return true;
    }

    private static async Task EndAsync(Running server)
    {
        await server.Stopping.CancelAsync();
        await server.Ends.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        server.Stopping.Dispose();
    }

    /// <summary>The same port at each start, unless another process has it by now.</summary>
    private static async Task<int> PortOfAsync(LocalServer server, PortPicker ports, CancellationToken stop)
    {
        var file = Path.Combine(server.Folder, "port");
        if (File.Exists(file)
            && int.TryParse(await File.ReadAllTextAsync(file, stop), CultureInfo.InvariantCulture, out var last)
            && ports.TryTakePair(last))
        {
            return last;
        }
        var port = ports.PickPair();
        await File.WriteAllTextAsync(file, port.ToString(CultureInfo.InvariantCulture), stop);
        return port;
    }

    private static bool CanListen(int port)
    {
        using var ports = new PortPicker();
        return ports.TryTakePair(port);
    }

    private string FolderOf(string server) => FolderOf(_folder, server);

    internal static string FolderOf(RunFolder folder, string server) => Path.Combine(folder.Data, "servers", server);

    private static string Instance(LocalServer server) => "server-" + server.Name;

    private sealed record Running(SupervisedProcess Process, CancellationTokenSource Stopping, Task Ends);
}
