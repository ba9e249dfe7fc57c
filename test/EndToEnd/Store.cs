using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text.Json;
using Microsoft.Data.Sqlite;
using Tessera.Testing;
using Xunit;

namespace Tessera.EndToEnd;

/// <summary>A whole store of real processes, on its own ports and in its own folder, started by the command.</summary>
public abstract class Store : IAsyncLifetime
{
    private static readonly List<int> _given = [];

    private readonly Dictionary<string, string> _environment = new(CompiledAhead.QuickStart)
    {
        ["Gateway__SignInsPerSecond"] = "1000", // Each test signs up a buyer of its own.
        ["TESSERA_READY_TIMEOUT"] = "10m", // It guards against a hang; other tests run beside this one.
        ["TESSERA_WITHOUT"] = "notifications", // Most tests are about the store itself, which is whole without it.
        ["Messaging__Embedded__RetainRead"] = "01:00:00", // verify looks at every event.
    };

    protected Store(params (string Name, string Value)[] settings)
    {
        foreach (var (name, value) in settings) _environment[name] = value;
    }

    public string Data { get; } = Directory.CreateTempSubdirectory("tessera-e2e-").FullName;

    public int Port { get; init; } = FreePortRange();

    internal Shop Shop { get; private protected set; } = null!;

    /// <summary>Fails when the command does not succeed.</summary>
    internal async Task<string> RunAsync(params string[] words)
    {
        var result = await TryAsync(words);
        Assert.True(
            result.ExitCode == 0, $"tessera {string.Join(' ', words)} ended with {result.ExitCode}: {result.All}");
        return result.Output;
    }

    internal Task<CommandResult> TryAsync(params string[] words) =>
        Command.RunAsync(_environment, TestContext.Current.CancellationToken, [.. words, "--data", Data]);

    internal RunningCommand Start(params string[] words) => Command.Start(_environment, [.. words, "--data", Data]);

    /// <inheritdoc cref="Command.StartUnder"/>
    internal RunningCommand StartUnder(string[] under, params string[] words) =>
        Command.StartUnder(under, _environment, [.. words, "--data", Data]);

    /// <summary>Further words of <c>up</c>.</summary>
    protected IReadOnlyList<string> UpWords { get; init; } = [];

    public virtual async ValueTask InitializeAsync()
    {
        await UpAsync();
        Shop = await Shop.OpenAsync(Port, Data);
    }

    internal Task UpAsync() => RunAsync(UpCommand);

    internal string[] UpCommand =>
        ["up", "--detach", "--empty", "--port", Port.ToString(CultureInfo.InvariantCulture), .. UpWords];

    internal async Task<JsonElement> StatusAsync() =>
        JsonDocument.Parse(await RunAsync("status", "--json")).RootElement;

    internal async Task<JsonElement> ServiceAsync(string name) =>
        InstancesOf(await StatusAsync()).Single(each => each.GetProperty("name").GetString() == name);

    /// <summary>Waits for the service that writes mails: built for the first time, it comes a little after the others.
    /// </summary>
    /// <returns>Why there is none on this machine; null when it runs.</returns>
    internal async Task<string?> WaitForMailsAsync()
    {
        JsonElement mails = default;
        await Eventually.HoldsAsync("Notifications runs, or says why not", async () =>
            (mails = await ServiceAsync("notifications")).GetProperty("state").GetString() is "ready" or "absent",
            TimeSpan.FromMinutes(4));
        return mails.GetProperty("state").GetString() == "absent" ? mails.GetProperty("why").GetString() : null;
    }

    /// <summary>What the supervisor has written down last, for those who wait: each <c>status</c> is a process of its
    /// own, and a wait for seconds would keep a processor busy.</summary>
    private async Task<JsonElement> SeenAsync(string name)
    {
        await using var file = File.OpenRead(Path.Combine(Data, "run", "supervisor.json"));
        using var state = await JsonDocument.ParseAsync(file);
        return InstancesOf(state.RootElement).Single(each => each.GetProperty("name").GetString() == name).Clone();
    }

    private static IEnumerable<JsonElement> InstancesOf(JsonElement state) =>
        state.GetProperty("services").EnumerateArray().Concat(state.GetProperty("servers").EnumerateArray());

    /// <summary>What a service or server has logged until now.</summary>
    internal IReadOnlyList<string> LogOf(string name)
    {
        using var file = new FileStream(
            Path.Combine(Data, "logs", name + ".log"), FileMode.Open, FileAccess.Read,
            FileShare.ReadWrite | FileShare.Delete);
        using var text = new StreamReader(file);
        return text.ReadToEnd().Split('\n');
    }

    /// <summary>How many orders there are, as the database says: a service that is being killed
    /// would not answer.</summary>
    internal async Task<long> PlacedAsync()
    {
        var file = Path.Combine(Data, "orders", "orders.db");
        await using var connection = new SqliteConnection($"Data Source={file};Mode=ReadOnly;Pooling=False");
        await connection.OpenAsync();
        await using var command = connection.CreateCommand();
        command.CommandText = "select count(*) from orders";
        return (long)(await command.ExecuteScalarAsync())!;
    }

    /// <summary>What the simulated provider has told by itself of the order's charge, by types, as the entry for
    /// providers has taken it.</summary>
    internal IReadOnlyList<string> CallbacksOf(Guid order) => RowsOf(
        "payments",
        "select type from payment_callbacks where provider = 'simulated' and order_id = $1 order by received_at",
        order, row => row.GetString(0));

    /// <summary>What a service keeps about an order, as its database says: the service may be away.</summary>
    private protected IReadOnlyList<TRow> RowsOf<TRow>(
        string service, string sql, Guid order, Func<SqliteDataReader, TRow> read)
    {
        var file = Path.Combine(Data, service, service + ".db");
        using var connection = new SqliteConnection($"Data Source={file};Mode=ReadOnly;Pooling=False");
        connection.Open();
        using var command = connection.CreateCommand();
        command.CommandText = sql;
        command.Parameters.AddWithValue("$1", order.ToString());
        using var rows = command.ExecuteReader();
        List<TRow> found = [];
        while (rows.Read()) found.Add(read(rows));
        return found;
    }

    /// <summary>SIGKILL, as a crash would be; returns when the supervisor has brought it back.</summary>
    internal async Task KillAsync(string name)
    {
        var before = await ServiceAsync(name);
        var restarts = before.GetProperty("restarts").GetInt32();
        using var process = Process.GetProcessById(before.GetProperty("pid").GetInt32());
        process.Kill();
        await Eventually.HoldsAsync($"{name} is ready again", async () =>
        {
            var now = await SeenAsync(name);
            return now.GetProperty("restarts").GetInt32() > restarts && now.GetProperty("state").GetString() == "ready";
        }, Eventually.ProcessBound);
    }

    /// <summary>The supervisor and every service, all at once.</summary>
    internal async Task KillEverythingAsync()
    {
        var status = await StatusAsync();
        var pids = status.GetProperty("services").EnumerateArray()
            .Where(service => service.GetProperty("pid").ValueKind == JsonValueKind.Number)
            .Select(service => service.GetProperty("pid").GetInt32())
            .Prepend(status.GetProperty("supervisorPid").GetInt32());
        foreach (var pid in pids)
        {
            using var process = Process.GetProcessById(pid);
            process.Kill();
        }
    }

    /// <summary>Every invariant whole, and the system at rest.</summary>
    internal async Task VerifyAsync()
    {
        var result = await TryAsync("verify", "--wait", "90");
        Assert.True(result.ExitCode == 0, result.All);
        Assert.Contains("At rest; every invariant is whole.", result.Output, StringComparison.Ordinal);
    }

    public virtual async ValueTask DisposeAsync()
    {
        Shop?.Dispose();
        await TryAsync("down");
        if (TestContext.Current.TestState is not { Result: TestResult.Failed }) Directory.Delete(Data, recursive: true);
        GC.SuppressFinalize(this);
    }

    /// <summary>Below the ports that the system gives to outgoing connections and those that tests give to servers, and
    /// apart from those of the stores beside it.</summary>
    private static int FreePortRange()
    {
        lock (_given)
        {
            for (var tries = 0; tries < 500; tries++)
            {
                var port = Random.Shared.Next(10_000, 13_900);
                if (_given.Exists(other => Math.Abs(other - port) is < 10 or (> 990 and < 1010))) continue;
                if (!Enumerable.Range(0, 10).All(offset => IsFree(port + offset) && IsFree(port + 1000 + offset)))
                    continue;
                _given.Add(port);
                return port;
            }
        }
        throw new InvalidOperationException("No free ports were found.");
    }

    private static bool IsFree(int port)
    {
        using var probe = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        try
        {
            probe.Bind(new IPEndPoint(IPAddress.Loopback, port));
            return true;
        }
        catch (SocketException)
        {
            return false;
        }
    }
}

/// <summary>Waiting states end within seconds, so that tests can see it.</summary>
public sealed class StoreWithShortTimers() : Store(
    ("Orders__StockTimeout", "00:00:05"),
    ("Orders__PaymentTimeout", "00:00:08"),
    ("Payments__Simulated__SlowDelay", "00:00:02"));

/// <summary>Stock is held for a moment only, and Orders waits longer than that for the payment.</summary>
public sealed class StoreWithShortReservations() : Store(("Inventory__ReservationTime", "00:00:03"));

/// <summary>As it is by default.</summary>
public sealed class PlainStore() : Store();
