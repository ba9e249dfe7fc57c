using System.Globalization;
using System.Net.Sockets;
using System.Text;
using Xunit;

namespace Tessera.Testing.Servers;

/// <summary>
/// One throwaway Redis on its own port and folder, from the installed package; <c>TESSERA_TEST_REDIS</c> names
/// a running one instead (<c>host:port</c>), which is then not killed.
/// </summary>
public sealed class RedisServer : IAsyncLifetime
{
    private readonly string? _given = Environment.GetEnvironmentVariable("TESSERA_TEST_REDIS");
    private readonly string _folder = ScratchFolder.Create("redis");
    private ServerProcess? _process;

    /// <summary>Settings as on the command line. The default keeps every accepted entry.</summary>
    public IReadOnlyDictionary<string, string> Settings { get; init; } = new Dictionary<string, string>
    {
        ["appendonly"] = "yes",
        ["appendfsync"] = "always",
        ["maxmemory-policy"] = "noeviction",
    };

    public bool IsAvailable => _given is not null ||
        (Environment.GetEnvironmentVariable("PATH") ?? "").Split(':')
            .Any(folder => File.Exists(Path.Combine(folder, "redis-server")));

    /// <summary>The server's port, for a proxy in front of it.</summary>
    public int Port { get; } = FreePort.Next();

    /// <summary><c>host:port</c>.</summary>
    public string Address => _given ?? string.Create(CultureInfo.InvariantCulture, $"127.0.0.1:{Port}");

    /// <summary>Whether it was started here, so that tests may kill and command it.</summary>
    public bool IsOwn => _given is null;

    /// <summary>Skips the test when there is no Redis to be had; fails it in CI.</summary>
    public void Require()
    {
        if (!IsAvailable)
        {
            MissingServer.SkipOrFail("Redis",
                "Install it (apt-get install redis-server), or set TESSERA_TEST_REDIS to host:port of a running one.");
        }
    }

    /// <summary>As <see cref="Require"/>, for tests that kill or pause the server.</summary>
    public void RequireOwn()
    {
        Require();
        if (!IsOwn) Assert.Skip("The server at TESSERA_TEST_REDIS is not ours to kill.");
    }

    /// <summary>The id of the server that was started here.</summary>
    public int ProcessId => Running.Id;

    public async ValueTask InitializeAsync()
    {
        if (_given is not null || !IsAvailable) return;
        await StartAsync();
    }

    /// <summary>Starts it, or starts it again after a kill or stop: same port, same data.</summary>
    public async Task StartAsync()
    {
        string[] fixedSettings =
            ["--port", Text(Port), "--bind", "127.0.0.1", "--dir", _folder, "--save", "", "--daemonize", "no"];
        var settings = Settings.SelectMany(setting => new[] { "--" + setting.Key, setting.Value });
        _process = ServerProcess.Start("redis-server", fixedSettings.Concat(settings), _folder);
        await _process.ReadyAsync("Redis", AnswersAsync);
    }

    /// <summary>As a crash: SIGKILL.</summary>
    public Task KillHardAsync() => Running.KillAsync();

    /// <summary>As an operator stops it.</summary>
    public Task StopAsync() => Running.StopAsync();

    public async Task RestartAsync()
    {
        await StopAsync();
        await StartAsync();
    }

    public Task PauseAsync() => Running.PauseAsync();

    public void Resume() => Running.Resume();

    public async ValueTask DisposeAsync()
    {
        if (_process is not null) await _process.DisposeAsync();
        Directory.Delete(_folder, recursive: true);
    }

    private ServerProcess Running =>
        _process ?? throw new InvalidOperationException("The server was not started here.");

    /// <summary>Whether it has read its data and serves.</summary>
    private async Task<bool> AnswersAsync()
    {
        try
        {
            using var timeout = new CancellationTokenSource(TimeSpan.FromSeconds(2));
            using var socket = new TcpClient();
            await socket.ConnectAsync("127.0.0.1", Port, timeout.Token);
            await socket.GetStream().WriteAsync("PING\r\n"u8.ToArray(), timeout.Token);
            var answer = new byte[64];
            var length = await socket.GetStream().ReadAsync(answer, timeout.Token);
            return Encoding.ASCII.GetString(answer, 0, length).StartsWith("+PONG", StringComparison.Ordinal);
        }
        catch (Exception failure) when (failure is SocketException or IOException or OperationCanceledException)
        {
            return false;
        }
    }

    private static string Text(int number) => number.ToString(CultureInfo.InvariantCulture);
}
