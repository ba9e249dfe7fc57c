using System.Globalization;
using System.Net.Http.Json;
using System.Text.Json;
using Tessera.Testing;
using Tessera.Testing.Servers;
using Xunit;

namespace Tessera.Notifications.Tests;

/// <summary>One replica of the program, which can be killed and started again.</summary>
internal sealed class NotificationsProcess(
    string program, string folder, IReadOnlyDictionary<string, string> settings) : IAsyncDisposable
{
    /// <summary>It gives up after 20 seconds, with another exit code; the rest is the machine's.</summary>
    private static readonly TimeSpan stopsWithin = TimeSpan.FromSeconds(60);

    private static readonly HttpClient client = new();
    private readonly int _port = FreePort.Next();
    private ServerProcess? _process;

    public string Output => _process?.Output ?? "";

    public Uri Address => new(string.Create(CultureInfo.InvariantCulture, $"http://127.0.0.1:{_port}/"));

    public void Start()
    {
        Directory.CreateDirectory(folder);
        _process = ServerProcess.Start("node", [program], folder, new Dictionary<string, string>(settings)
        {
            ["Listen__Http1"] = string.Create(CultureInfo.InvariantCulture, $"127.0.0.1:{_port}"),
        });
    }

    /// <summary>As a crash: SIGKILL.</summary>
    public async Task KillAsync()
    {
        await _process!.KillAsync();
        await _process.DisposeAsync();
    }

    /// <summary>As an operator stops it: it ends by itself, in order, and says so last.</summary>
    public async Task StopAsync()
    {
        try
        {
            Assert.Equal(0, await _process!.TerminateAsync(stopsWithin));
        }
        catch (TimeoutException)
        {
            Assert.Fail($"It did not stop within {stopsWithin}:\n{Output}");
        }
        Assert.EndsWith(" has stopped\n", Output, StringComparison.Ordinal);
    }

    public Task ReadyAsync() => Eventually.HoldsAsync("Notifications reads all its streams: " + Output, async () =>
    {
        if (_process!.HasExited) throw new InvalidOperationException("Notifications ended:\n" + Output);
        var health = await client.GetFromJsonAsync<JsonElement>(new Uri(Address, "health/ready"));
        return health.GetProperty("status").GetString() == "Healthy";
    }, Eventually.ProcessBound);

    /// <summary>What it has counted of all streams since it was started.</summary>
    public async Task<int> CountedAsync(string metric)
    {
        var metrics = await client.GetStringAsync(new Uri(Address, "metrics"));
        return metrics.Split('\n')
            .Where(line => line.StartsWith(metric + "{", StringComparison.Ordinal))
            .Sum(line => int.Parse(line[(line.LastIndexOf(' ') + 1)..], CultureInfo.InvariantCulture));
    }

    public async ValueTask DisposeAsync()
    {
        if (_process is not null) await _process.DisposeAsync();
    }
}
