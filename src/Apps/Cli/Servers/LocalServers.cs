using System.Globalization;
using Tessera.Cli.Up;
using Tessera.Messaging.Postgres;

namespace Tessera.Cli.Servers;

/// <summary>Starts the servers that <c>up</c> was asked for without an address, and stops them after
/// the services.</summary>
internal sealed class LocalServers : IAsyncDisposable
{
    private static readonly TimeSpan _startTimeout = TimeSpan.FromSeconds(90);
    private static readonly TimeSpan _stopTimeout = TimeSpan.FromSeconds(20);
    private static readonly TimeSpan _poll = TimeSpan.FromMilliseconds(50);

    private readonly RunFolder _folder;
    private readonly TimeProvider _clock;
    private readonly ServiceLauncher _launcher;
    private readonly List<LocalServer> _running = [];

    private LocalServers(RunFolder folder, TimeProvider clock)
    {
        _folder = folder;
        _clock = clock;
        _launcher = new ServiceLauncher(folder);
    }

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
        foreach (var server in Enumerable.Reverse(_running))
        {
            if (_folder.ReadIdentityOf(Instance(server)) is { IsAlive: true } process)
            {
                Posix.Terminate(process.Pid);
                var began = _clock.GetTimestamp();
                while (process.IsAlive && _clock.GetElapsedTime(began) < _stopTimeout) await Task.Delay(_poll, _clock);
                if (process.IsAlive) Posix.KillNow(process.Pid);
            }
            File.Delete(_folder.PidFileOf(Instance(server)));
        }
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
        }
        await _folder.WriteDatabasesAsync(addresses, stop);
    }

    private async Task StartAsync(LocalServer server, PortPicker ports, CancellationToken stop)
    {
        if (OperatingSystem.IsWindows())
        {
            throw new UserError($"A server is not started on Windows; name a running one's address.");
        }
        if (server.Missing is { } missing) throw new UserError(missing);
        Directory.CreateDirectory(server.Folder);
        server.Port = await PortOfAsync(server, ports, stop);
        await server.PrepareAsync(stop);
        _running.Add(server);
        using var process = _launcher.Start(Instance(server), server.Command, server.Environs, server.WorkingFolder);
        var began = _clock.GetTimestamp();
        while (!await server.AnswersAsync(stop))
        {
            if (process.HasExited)
            {
                throw new UserError($"{server.Name} ended while it started; see {_folder.LogOf(Instance(server))}");
            }
            if (_clock.GetElapsedTime(began) > _startTimeout)
            {
                throw new UserError($"{server.Name} did not answer within {_startTimeout.TotalSeconds:0} s; " +
                    $"see {_folder.LogOf(Instance(server))}");
            }
            await Task.Delay(_poll, _clock, stop);
        }
    }

    /// <summary>The same port at each start: brokers and clients remember it.</summary>
    private static async Task<int> PortOfAsync(LocalServer server, PortPicker ports, CancellationToken stop)
    {
        var file = Path.Combine(server.Folder, "port");
        if (File.Exists(file)) return int.Parse(await File.ReadAllTextAsync(file, stop), CultureInfo.InvariantCulture);
        var port = ports.FreePair();
        await File.WriteAllTextAsync(file, port.ToString(CultureInfo.InvariantCulture), stop);
        return port;
    }

    private string FolderOf(string server) => Path.Combine(_folder.Data, "servers", server);

    private static string Instance(LocalServer server) => "server-" + server.Name;
}
