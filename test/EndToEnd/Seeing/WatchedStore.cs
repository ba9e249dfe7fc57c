using System.Diagnostics;
using System.Globalization;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text.Json;
using Microsoft.Data.Sqlite;
using Tessera.Messaging.Transport;
using Tessera.Testing.Servers;
using Xunit;

namespace Tessera.EndToEnd;

/// <summary>A store on a broker that can be frozen, watched by the Prometheus that <c>up</c> starts and by one that
/// looks every second.</summary>
public sealed class WatchedStore : Store
{
    /// <summary>Above what Redis is given (<c>Messaging:Redis:BodySizeBytesMax</c>), below what a service publishes.
    /// </summary>
    private const int TooLargeForTheBroker = 5 * 1024 * 1024;

    private readonly string _folder;
    private readonly Guid _held = Guid.NewGuid();

    public WatchedStore()
        : this(Directory.CreateTempSubdirectory("tessera-certificate-").FullName)
    {
    }

    private WatchedStore(string folder)
        : base(
            ("Gateway__Https__Listen", "127.0.0.1:0"),
            ("Gateway__Https__Certificate", Path.Combine(folder, "https.pfx")))
    {
        UpWords = ["--broker", "redis", "--monitoring", "--replicas", "baskets=2"];
        _folder = folder;
        WriteCertificate(365);
    }

    /// <summary>One of the listed services has two.</summary>
    internal static int Processes => ListedProcesses.Names.Count + 1;

    internal static int ProcessesWithMessages => ListedProcesses.WithMessages.Count + 1;

    private string Targets => Path.Combine(Data, "run", "targets.json");

    internal QuickPrometheus Prometheus { get; private set; } = null!;

    internal string Buyer { get; private set; } = "";

    internal string Sku { get; private set; } = "";

    public override async ValueTask InitializeAsync()
    {
        await base.InitializeAsync();
        Buyer = await Shop.NewBuyerAsync();
        Sku = await Shop.NewProductAsync();
        Prometheus = await QuickPrometheus.StartAsync(Targets);
    }

    public override async ValueTask DisposeAsync()
    {
        if (Prometheus is not null) await Prometheus.DisposeAsync();
        await base.DisposeAsync();
        Directory.Delete(_folder, recursive: true);
    }

    /// <summary>SIGSTOP or SIGCONT to a server that <c>up</c> has started.</summary>
    internal async Task SignalAsync(string server, string signal)
    {
        var pid = (await ServiceAsync(server)).GetProperty("pid").GetInt32();
        using var kill = Process.Start("kill", [signal, pid.ToString(CultureInfo.InvariantCulture)]);
        await kill.WaitForExitAsync();
        if (signal == "-STOP") await Freeze.WaitAsync(pid);
    }

    /// <summary>Takes away the file by which Prometheus finds the processes.</summary>
    internal void HideTargets() => File.Move(Targets, Targets + ".away");

    internal void ShowTargets() => File.Move(Targets + ".away", Targets, overwrite: true);

    /// <summary>With a certificate that is good for so many days more: it is read at the start.</summary>
    internal async Task RestartGatewayAsync(int certificateDays)
    {
        await RunAsync("stop", "gateway");
        WriteCertificate(certificateDays);
        await RunAsync("start", "gateway");
    }

    internal static long FreeBytes => new DriveInfo(Path.GetTempPath()).AvailableFreeSpace;

    /// <summary>So many bytes must be free for the service to be ready.</summary>
    internal Task NeedDiskAsync(string service, long bytes) => RunAsync(
        "replace", service, "--set",
        "Tessera:FreeDiskBytesMin=" + bytes.ToString(CultureInfo.InvariantCulture));

    /// <summary>Nobody else writes into the service's database until the returned is disposed, as when a disk hangs.
    /// </summary>
    internal async Task<IAsyncDisposable> HoldWritesAsync(string service)
    {
        var connection = new SqliteConnection(
            $"Data Source={Path.Combine(Data, service, service + ".db")};Pooling=False;Default Timeout=30");
        await connection.OpenAsync();
        await using var begin = connection.CreateCommand();
        begin.CommandText = "begin immediate";
        await begin.ExecuteNonQueryAsync();
        return connection;
    }

    /// <summary>A timer of Payments for a buyer whom nobody knows, due a moment later.</summary>
    internal async Task ScheduleAsync(TimeSpan later) => Assert.Equal(1, await ChangeAsync(
        "payments", "insert into msg_timers (id, type, key, due, data) values ($1, 'BuyerErased', $1, $2, $3)",
        Guid.CreateVersion7().ToString(), (TimeProvider.System.GetUtcNow() + later).ToUnixTimeMilliseconds(),
        System.Text.Encoding.UTF8.GetBytes($$"""{"buyer":"{{Guid.NewGuid()}}"}""")));

    /// <summary>A table is not there under its name, as when a restore of a database was broken off.</summary>
    internal Task RenameTableAsync(string service, string table, string name) =>
        ChangeAsync(service, $"alter table {table} rename to {name}");

    /// <summary>Gives everybody a right at the broker, or takes it away: <c>+pexpire</c>, <c>-pexpire</c>.</summary>
    internal async Task ChangeRightsAsync(string right)
    {
        var address = (await ServiceAsync("server-redis")).GetProperty("address").GetString()!;
        var start = new ProcessStartInfo(
            "redis-cli", ["-e", "-p", address.Split(':')[^1], "ACL", "SETUSER", "default", right]);
        start.Environment["REDISCLI_AUTH"] =
            (await File.ReadAllTextAsync(Path.Combine(Data, "servers", "redis", "password"))).Trim();
        using var client = Process.Start(start)!;
        await client.WaitForExitAsync();
        Assert.Equal(0, client.ExitCode);
    }

    /// <summary>Starts the service anew on a machine whose clock is off by so much, or on this one's.</summary>
    internal async Task RestartWithClockAsync(string service, string? offBy)
    {
        await RunAsync("stop", service);
        var settings = Path.Combine(Data, "run", service + ".settings"); // What --set writes; it takes no such names.
        if (offBy is null) File.Delete(settings);
        else await File.WriteAllTextAsync(settings, JsonSerializer.Serialize(await OtherClockAsync(offBy)));
        await RunAsync("start", service);
    }

    private static async Task<Dictionary<string, string>> OtherClockAsync(string offBy)
    {
        var start = new ProcessStartInfo("faketime", ["-m", "-f", offBy, "printenv", "LD_PRELOAD"])
        {
            RedirectStandardOutput = true,
        };
        using var faketime = Process.Start(start)!;
        var library = (await faketime.StandardOutput.ReadToEndAsync()).Trim();
        // What is waited for by is another clock, and stays.
        return new() { ["LD_PRELOAD"] = library, ["FAKETIME"] = offBy, ["FAKETIME_DONT_FAKE_MONOTONIC"] = "1" };
    }

    /// <summary>Takes an order out of the database, as a restore of an old copy would: what comes for it next cannot be
    /// handled.</summary>
    internal async Task LoseAsync(Guid order) => Assert.True(await ChangeOrdersAsync(
        "delete from order_history where order_id = $1; delete from order_products where order_id = $1; " +
        "delete from msg_timers where key = $1; delete from orders where id = $1", order.ToString()) > 0);

    /// <summary>Publishes what the broker does not take, by the way of every event.</summary>
    internal async Task HoldKeyAsync()
    {
        var (key, body) = (_held.ToString(), $"\"{new string('x', TooLargeForTheBroker)}\"");
        Assert.Equal(1, await ChangeOrdersAsync(
            """
            insert into msg_outbox (shard, event_id, stream, key, type, source, time, data)
            values ($1, $2, 'orders', $3, 'orders.order-placed.v1', '/tessera/orders', $4, $5)
            """,
            Partitioner.PartitionOf(key, 4), Guid.CreateVersion7().ToString(), key,
            TimeProvider.System.GetUtcNow().ToUnixTimeMilliseconds(), System.Text.Encoding.UTF8.GetBytes(body)));
    }

    internal async Task FreeKeyAsync() => Assert.True(await ChangeOrdersAsync(
        "delete from msg_outbox where key = $1; delete from msg_held_keys where key = $1", _held.ToString()) > 0);

    private Task<int> ChangeOrdersAsync(string sql, params object[] values) => ChangeAsync("orders", sql, values);

    private async Task<int> ChangeAsync(string service, string sql, params object[] values)
    {
        var file = Path.Combine(Data, service, service + ".db");
        await using var connection = new SqliteConnection($"Data Source={file};Pooling=False;Default Timeout=10");
        await connection.OpenAsync();
        await using var command = connection.CreateCommand();
        command.CommandText = sql;
        for (var i = 0; i < values.Length; i++) command.Parameters.AddWithValue($"${i + 1}", values[i]);
        return await command.ExecuteNonQueryAsync();
    }

    private void WriteCertificate(int days)
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var now = TimeProvider.System.GetUtcNow();
        using var made = new CertificateRequest("CN=127.0.0.1", key, HashAlgorithmName.SHA256)
            .CreateSelfSigned(now.AddMinutes(-5), now.AddDays(days));
        File.WriteAllBytes(Path.Combine(_folder, "https.pfx"), made.Export(X509ContentType.Pfx));
    }
}
