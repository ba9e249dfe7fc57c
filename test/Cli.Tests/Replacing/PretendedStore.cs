using System.Collections.Concurrent;
using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using System.Text;
using System.Text.Json.Nodes;
using Tessera.Cli.Up;
using Tessera.Testing;

namespace Tessera.Cli.Tests.Replacing;

/// <summary>A store of a gateway, two processes of Orders and one of Notifications, under the real supervision: they
/// only sleep, and what they would answer a test says.</summary>
internal sealed class PretendedStore : IAsyncDisposable
{
    private readonly TemporaryFolder _data = Some.Folder();
    private readonly FileStream _supervised;
    private readonly HttpListener _listener;
    private readonly List<SupervisedProcess> _processes;
    private readonly CancellationTokenSource _ending = new();
    private readonly Lock _writing = new();
    private readonly Task _answering;
    private readonly Task _running;
    private bool _isDeaf;

    /// <param name="prepare">What is done before Notifications starts.</param>
    public PretendedStore(Func<CancellationToken, Task>? prepare = null)
    {
        Folder = new RunFolder(_data.Path);
        Directory.CreateDirectory(Folder.Run);
        _supervised = Folder.TryLock()!;
        (_listener, var port) = Listen();
        _answering = AnswerAsync();
        _processes = [Sleeper("gateway"), Sleeper("orders-1"), Sleeper("orders-2"), Sleeper("notifications", prepare)];
        foreach (var process in _processes) process.Changed += WriteState;
        _running = Task.WhenAll(_processes.Select(process => process.RunAsync(_ending.Token)));

        SupervisedProcess Sleeper(string name, Func<CancellationToken, Task>? prepare = null) => new(
            new ProcessToRun(
                name, name.Split('-')[0], $"http://127.0.0.1:{port}/{name}", port, port,
                () => Process.Start("sleep", "600"), (_, _) => Task.FromResult(HealthAnswer.Ready))
            {
                Prepare = prepare,
            },
            Folder, TimeProvider.System);
    }

    public RunFolder Folder { get; }

    /// <summary>Once a canary has so many of a hundred users, the gateway says nothing any more.</summary>
    public int? DeafFrom { get; init; }

    /// <summary>What a process has answered since it started, how much of it with 5xx; by its name.</summary>
    public ConcurrentDictionary<string, Func<Answers>> Answered { get; } = [];

    /// <summary>What share of the users the gateway has said that the canary has, one after the other.</summary>
    public ConcurrentQueue<int?> SharesAnnounced { get; } = [];

    public IReadOnlyList<InstanceState> Orders =>
        [.. HoldCommands.StateOf(Folder).Services.Where(each => each.Service == "orders")];

    public InstanceState StateOf(string name) => HoldCommands.Find(Folder, name);

    public Task IsAsync(string name, string state) =>
        Eventually.HoldsAsync($"{name} is {state}", () => StateOf(name).State == state);

    public async Task AllAreReadyAsync()
    {
        foreach (var name in (string[])["gateway", "orders-1", "orders-2"]) await IsAsync(name, "ready");
    }

    public async ValueTask DisposeAsync()
    {
        await _ending.CancelAsync();
        await _running;
        _listener.Close();
        await _answering;
        await _supervised.DisposeAsync();
        _ending.Dispose();
        _data.Dispose();
    }

    private void WriteState()
    {
        lock (_writing)
        {
            Folder.TryWriteState(new RunState(
                ProcessIdentity.Current, DateTimeOffset.UnixEpoch, "", "embedded", "sqlite", RunState.Running,
                [.. _processes.Select(process => process.State)], [], []));
        }
    }

    private async Task AnswerAsync()
    {
        while (true)
        {
            HttpListenerContext context;
            try
            {
                context = await _listener.GetContextAsync();
            }
            catch (Exception stopped) when (stopped is HttpListenerException or ObjectDisposedException)
            {
                return;
            }
            var path = context.Request.Url!.AbsolutePath;
            var body = path == "/health" ? Health() : Metrics(path.Split('/')[1]);
            await context.Response.OutputStream.WriteAsync(Encoding.UTF8.GetBytes(body));
            context.Response.Close();
        }
    }

    private string Health()
    {
        var canary = File.Exists(Folder.CanariesFile)
            ? JsonNode.Parse(File.ReadAllText(Folder.CanariesFile))!["canaries"]!.AsArray().SingleOrDefault()
            : null;
        _isDeaf |= DeafFrom is not null && (int?)canary?["percent"] == DeafFrom;
        SharesAnnounced.Enqueue((int?)canary?["percent"]);
        return _isDeaf ? "" : new JsonObject
        {
            ["services"] = new JsonArray(
                Replica("orders-1", null), Replica("orders-2", (int?)canary?["percent"])),
        }.ToJsonString();

        static JsonObject Replica(string name, int? share) =>
            new() { ["replica"] = name, ["isServed"] = true, ["canaryPercent"] = share };
    }

    private string Metrics(string name)
    {
        const string counts = "http_server_request_duration_seconds_count{http_response_status_code=";
        var answers = Answered.TryGetValue(name, out var answered) ? answered() : default;
        return $"{counts}\"200\"}} {answers.All - answers.Failed}\n{counts}\"500\"}} {answers.Failed}\n";
    }

    private static (HttpListener Listener, int Port) Listen()
    {
        for (var attempt = 0; ; attempt++)
        {
            using var free = new TcpListener(IPAddress.Loopback, 0);
            free.Start();
            var port = ((IPEndPoint)free.LocalEndpoint).Port;
            free.Stop();
            var listener = new HttpListener();
            listener.Prefixes.Add($"http://127.0.0.1:{port}/");
            try
            {
                listener.Start();
                return (listener, port);
            }
            catch (HttpListenerException) when (attempt < 10)
            {
                listener.Close();
            }
        }
    }
}
