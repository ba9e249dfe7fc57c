using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text.Json;
using Tessera.Testing;
using Xunit;

namespace Tessera.EndToEnd;

/// <summary>What goes wrong around a store: another store, a stranger on a port, its folder gone,
/// a service that cannot start.</summary>
public sealed class SupervisorTests
{
    /// <summary>Five seconds are promised, and a busy machine takes as much again. One kind of telemetry that waited
    /// for its collector would take them in each round: the gateways end first, then the services.</summary>
    private static readonly TimeSpan StopMax = TimeSpan.FromSeconds(10);

    [Fact]
    public async Task Keeps_two_stores_apart_that_start_at_the_same_moment_on_the_same_port()
    {
        await using var one = new PlainStore();
        await using var other = new PlainStore { Port = one.Port };
        await Task.WhenAll(one.UpAsync(), other.UpAsync());
        var statuses = await Task.WhenAll(one.StatusAsync(), other.StatusAsync());
        var ports = statuses.Select(PortsOf).ToList();
        Assert.Empty(ports[0].Intersect(ports[1]));
        Assert.All(statuses, status => Assert.All(
            status.GetProperty("services").EnumerateArray(),
            service => Assert.Equal("ready 0", $"{service.GetProperty("state")} {service.GetProperty("restarts")}")));
    }

    [Fact]
    public async Task Moves_a_running_service_whose_port_a_stranger_took_and_keeps_the_stores_address()
    {
        await using var store = new PlainStore();
        await store.UpAsync();
        await store.RunAsync("stop", "orders");
        var port = (await store.ServiceAsync("orders")).GetProperty("http2").GetInt32();
        using var stranger = new TcpListener(IPAddress.Loopback, port);
        stranger.Start();
        var starting = store.TryAsync("start", "orders");
        await Eventually.HoldsAsync("all are ready, orders elsewhere", async () =>
        {
            var services = (await store.StatusAsync()).GetProperty("services").EnumerateArray().ToList();
            return services.TrueForAll(service => service.GetProperty("state").GetString() == "ready")
                && services.Single(service => service.GetProperty("name").GetString() == "orders")
                    .GetProperty("http2").GetInt32() != port;
        }, Eventually.ProcessBound);
        await starting;
        Assert.Equal($"http://127.0.0.1:{store.Port}", (await store.StatusAsync()).GetProperty("gateway").GetString());
    }

    [Fact]
    public async Task Ends_with_everything_it_runs_when_its_folder_is_deleted()
    {
        await using var store = new PlainStore();
        using var up = store.Start([.. store.UpCommand.Except(["--detach"])]);
        await Eventually.HoldsAsync("it runs", () => up.Output.Contains("is ready at", StringComparison.Ordinal),
            Eventually.ProcessBound);
        var pids = (await store.StatusAsync()).GetProperty("services").EnumerateArray()
            .Select(service => ProcessOf(service.GetProperty("pid").GetInt32())).ToList();
        await Eventually.HoldsAsync("it is deleted, whatever is written into it meanwhile", () =>
        {
            Directory.Delete(store.Data, recursive: true);
            return true;
        });
        var result = await up.EndAsync(TestContext.Current.CancellationToken);
        Assert.Equal(3, result.ExitCode);
        Assert.Contains($"{store.Data} was deleted or replaced", result.Error, StringComparison.Ordinal);
        Assert.All(pids, process => Assert.True(process.HasExited, $"{process.Id} still runs."));
        Directory.CreateDirectory(store.Data); // For the test's own cleaning.
    }

    [Fact]
    public async Task Says_in_the_services_own_words_what_keeps_it_from_starting()
    {
        await using var store = new MisconfiguredStore();
        using var up = store.Start(store.UpCommand);
        await Eventually.HoldsAsync(
            "it is told", () => up.Error.Contains("Orders:PaymentTimeout is '-00:00:01'", StringComparison.Ordinal),
            TimeSpan.FromSeconds(60));
        await Eventually.HoldsAsync("status tells it", async () =>
            (await store.ServiceAsync("orders")).GetProperty("why").GetString()
                ?.Contains("Orders:PaymentTimeout is '-00:00:01'", StringComparison.Ordinal) == true);
    }

    [Fact]
    public async Task Lets_nobody_else_read_what_a_store_keeps()
    {
        if (OperatingSystem.IsWindows())
        {
            Assert.Skip("Windows has other means.");
            return;
        }
        await using var store = new PlainStore();
        await store.UpAsync();
        const UnixFileMode others = UnixFileMode.GroupRead | UnixFileMode.GroupWrite | UnixFileMode.GroupExecute
            | UnixFileMode.OtherRead | UnixFileMode.OtherWrite | UnixFileMode.OtherExecute;
        var open = new List<string>();
        foreach (var entry in Directory.EnumerateFileSystemEntries(store.Data, "*", SearchOption.AllDirectories)
            .Append(store.Data))
        {
            if ((File.GetUnixFileMode(entry) & others) != 0) open.Add(entry);
        }
        Assert.Equal([], open);
    }

    [Fact]
    public async Task Ends_in_time_although_nobody_takes_its_telemetry()
    {
        using var silent = new SilentCollector();
        await using var store = new UnheardStore(silent);
        await store.InitializeAsync();
        var buyer = await store.Shop.NewBuyerAsync();
        var order = await store.Shop.PlaceAsync(buyer, await store.Shop.NewProductAsync());
        await store.Shop.BecomesAsync(buyer, order.Id, "Confirmed");
        await silent.Taken.WaitAsync(TestContext.Current.CancellationToken);

        // The machine may have more to do than this test; whoever waited for the collector would do so each time.
        var took = await DownAsync(store);
        for (var again = 0; again < 2 && took >= StopMax; again++)
        {
            await store.UpAsync();
            took = await DownAsync(store);
        }
        Assert.True(took < StopMax, $"The stop took {took}.");
    }

    private static async Task<TimeSpan> DownAsync(Store store)
    {
        var began = Stopwatch.GetTimestamp();
        Assert.Equal("Stopped.", (await store.RunAsync("down")).Trim());
        return Stopwatch.GetElapsedTime(began);
    }

    private static IEnumerable<int> PortsOf(JsonElement status) => status.GetProperty("services").EnumerateArray()
        .SelectMany(service => service.GetProperty("name").GetString() == "gateway"
            ? [PortIn(service)]
            : new[] { PortIn(service), service.GetProperty("http2").GetInt32() });

    private static int PortIn(JsonElement service) => int.Parse(
        service.GetProperty("address").GetString()!.Split(':')[^1], CultureInfo.InvariantCulture);

    private static Process ProcessOf(int pid) => Process.GetProcessById(pid);
}

public sealed class MisconfiguredStore() : Store(("Orders__PaymentTimeout", "-00:00:01"));

/// <summary>One whose collector answers nothing.</summary>
public sealed class UnheardStore(SilentCollector silent) : Store(("OTEL_EXPORTER_OTLP_ENDPOINT", silent.Address));
