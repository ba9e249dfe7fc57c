using System.Diagnostics;
using System.Globalization;
using System.Net.Sockets;
using Xunit;

namespace Tessera.Testing.Servers;

/// <summary>
/// One throwaway RabbitMQ node with its own ports, folder, cookie and port mapper, from the installed packages;
/// <c>TESSERA_TEST_RABBITMQ</c> names a running one instead (an <c>amqp://</c> address), which is then not killed.
/// </summary>
public sealed class RabbitMqServer : IAsyncLifetime
{
    private const string Programs = "/usr/lib/rabbitmq/bin";
    private readonly string? _given = Environment.GetEnvironmentVariable("TESSERA_TEST_RABBITMQ");
    private readonly string _folder = ScratchFolder.Create("rabbitmq");
    private readonly int _mapperPort = FreePort.Next();
    private readonly int _nodePort = FreePort.Next();
    private ServerProcess? _mapper;
    private ServerProcess? _node;

    /// <summary>Further lines of <c>rabbitmq.conf</c>, for a server made by hand.</summary>
    public IReadOnlyList<string> Settings { get; init; } = [];

    public bool IsAvailable => _given is not null || File.Exists(Path.Combine(Programs, "rabbitmq-server"));

    /// <summary>The node's AMQP port, for a proxy in front of it.</summary>
    public int Port { get; } = FreePort.Next();

    public string Uri => _given ?? UriAt(Port);

    public static string UriAt(int port) =>
        string.Create(CultureInfo.InvariantCulture, $"amqp://guest:guest@127.0.0.1:{port}/");

    /// <summary>Whether it was started here, so that tests may kill and command it.</summary>
    public bool IsOwn => _given is null;

    /// <summary>Skips the test when there is no RabbitMQ to be had; fails it in CI.</summary>
    public void Require()
    {
        if (!IsAvailable)
        {
            MissingServer.SkipOrFail("RabbitMQ", "Install it (apt-get install rabbitmq-server), " +
                "or set TESSERA_TEST_RABBITMQ to the amqp:// address of a running one.");
        }
    }

    /// <summary>As <see cref="Require"/>, for tests that kill, pause or command the server.</summary>
    public void RequireOwn()
    {
        Require();
        if (!IsOwn) Assert.Skip("The server at TESSERA_TEST_RABBITMQ is not ours to kill.");
    }

    /// <summary>The id of the server that was started here.</summary>
    public int ProcessId => Node.Id;

    public async ValueTask InitializeAsync()
    {
        if (_given is not null || !IsAvailable) return;
        await File.WriteAllLinesAsync(Path.Combine(_folder, "rabbitmq.conf"),
            ["raft.wal_max_size_bytes = 32000000", "disk_free_limit.absolute = 50MB", .. Settings]);
        await File.WriteAllTextAsync(Path.Combine(_folder, "enabled_plugins"), "[].");
        _mapper = ServerProcess.Start("epmd", ["-port", Text(_mapperPort), "-address", "127.0.0.1"], _folder);
        // Else the node starts one that outlives it.
        while (!await ListensAsync(_mapperPort) && !_mapper.HasExited) await Task.Delay(50);
        await StartAsync();
    }

    /// <summary>Starts it, or starts it again after a kill or stop: same port, same data.</summary>
    public async Task StartAsync()
    {
        var before = _node is null ? 0 : Starts();
        _node = ServerProcess.Start(Path.Combine(Programs, "rabbitmq-server"), [], _folder, Environs());
        await _node.ReadyAsync("RabbitMQ", () => Task.FromResult(Starts() > before));
    }

    /// <summary>As a crash: SIGKILL.</summary>
    public Task KillHardAsync() => Node.KillAsync();

    /// <summary>As an operator stops it.</summary>
    public Task StopAsync() => Node.StopAsync();

    public async Task RestartAsync()
    {
        await StopAsync();
        await StartAsync();
    }

    public Task PauseAsync() => Node.PauseAsync();

    public void Resume() => Node.Resume();

    /// <summary>The memory alarm: the node takes no publishing until <see cref="EndMemoryAlarmAsync"/>.</summary>
    public Task RaiseMemoryAlarmAsync() => ControlAsync("set_vm_memory_high_watermark", "0.00000001");

    public Task EndMemoryAlarmAsync() => ControlAsync("set_vm_memory_high_watermark", "0.6");

    /// <summary>Runs <c>rabbitmqctl</c> against the node; returns what it wrote.</summary>
    public async Task<string> ControlAsync(params string[] arguments)
    {
        var start = new ProcessStartInfo(Path.Combine(Programs, "rabbitmqctl"))
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        foreach (var argument in (string[])["--quiet", "--node", NodeName, .. arguments])
            start.ArgumentList.Add(argument);
        foreach (var (name, value) in Environs()) start.Environment[name] = value;
        using var control = Process.Start(start)!;
        var output = control.StandardOutput.ReadToEndAsync();
        var errors = control.StandardError.ReadToEndAsync();
        await control.WaitForExitAsync().WithinAsync(TimeSpan.FromSeconds(60));
        if (control.ExitCode != 0)
        {
            throw new InvalidOperationException(
                $"rabbitmqctl {string.Join(' ', arguments)}: {await errors}{await output}");
        }
        return await output;
    }

    public async ValueTask DisposeAsync()
    {
        if (_node is not null) await _node.DisposeAsync();
        if (_mapper is not null) await _mapper.DisposeAsync();
        Directory.Delete(_folder, recursive: true);
    }

    private ServerProcess Node => _node ?? throw new InvalidOperationException("The server was not started here.");

    private string NodeName => $"tessera{Port}@localhost";

    private int Starts() => _node is null ? 0 : _node.Output.Split(" completed with ").Length - 1;

    private Dictionary<string, string> Environs() => new()
    {
        ["HOME"] = _folder, // Where the cookie is.
        ["ERL_EPMD_PORT"] = Text(_mapperPort),
        ["RABBITMQ_NODENAME"] = NodeName,
        ["RABBITMQ_NODE_IP_ADDRESS"] = "127.0.0.1",
        ["RABBITMQ_NODE_PORT"] = Text(Port),
        ["RABBITMQ_DIST_PORT"] = Text(_nodePort),
        ["RABBITMQ_MNESIA_BASE"] = Path.Combine(_folder, "data"),
        ["RABBITMQ_LOG_BASE"] = Path.Combine(_folder, "log"),
        ["RABBITMQ_CONFIG_FILE"] = Path.Combine(_folder, "rabbitmq.conf"),
        ["RABBITMQ_CONF_ENV_FILE"] = "/dev/null",
        ["RABBITMQ_ENABLED_PLUGINS_FILE"] = Path.Combine(_folder, "enabled_plugins"),

        // Together these make the start script become the node, so that its process id is the one we know.
        ["RABBITMQ_ALLOW_INPUT"] = "true",
        ["RABBITMQ_SERVER_START_ARGS"] = "-noinput",

        // Schedulers that do not spin while idle leave the machine to the tests.
        ["RABBITMQ_SERVER_ADDITIONAL_ERL_ARGS"] = "+sbwt none +sbwtdcpu none +sbwtdio none",
    };

    private static async Task<bool> ListensAsync(int port)
    {
        try
        {
            using var socket = new TcpClient();
            await socket.ConnectAsync("127.0.0.1", port);
            return true;
        }
        catch (SocketException)
        {
            return false;
        }
    }

    private static string Text(int number) => number.ToString(CultureInfo.InvariantCulture);
}
