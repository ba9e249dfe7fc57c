using System.Text.RegularExpressions;
using Tessera.Testing;
using Xunit;

namespace Tessera.EndToEnd;

/// <summary>The command around a running store.</summary>
[Collection(nameof(PlainStore))]
public sealed class CommandTests(PlainStore store)
{
    [Fact]
    public async Task Says_what_runs_already_when_started_a_second_time()
    {
        var result = await store.TryAsync("up", "--detach");
        Assert.Equal(0, result.ExitCode);
        Assert.Contains(
            $"Tessera runs already at http://127.0.0.1:{store.Port}", result.Output, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("up", "--detach")]
    [InlineData("restart", "orders")]
    [InlineData("stop", "orders")]
    public async Task Refuses_a_wait_that_is_no_time_before_anything_is_done(params string[] words)
    {
        using var elsewhere = new TemporaryFolder("wait");
        var data = words[0] == "up" ? elsewhere.File("new") : store.Data;
        var before = (await store.ServiceAsync("orders")).GetProperty("pid").GetInt32();
        var result = await Command.RunAsync(
            new Dictionary<string, string> { ["TESSERA_READY_TIMEOUT"] = "soon" },
            TestContext.Current.CancellationToken, [.. words, "--data", data]);
        Assert.Equal(2, result.ExitCode);
        Assert.Contains("TESSERA_READY_TIMEOUT: 'soon' is no time", result.Error, StringComparison.Ordinal);
        Assert.False(Directory.Exists(elsewhere.File("new")));
        Assert.Equal(before, (await store.ServiceAsync("orders")).GetProperty("pid").GetInt32());
    }

    [Fact]
    public async Task Shows_each_service_ready_with_its_memory()
    {
        var status = await store.StatusAsync();
        Assert.Equal("running", status.GetProperty("phase").GetString());
        Assert.All(status.GetProperty("services").EnumerateArray(), service =>
        {
            Assert.Equal("ready", service.GetProperty("state").GetString());
            Assert.InRange(service.GetProperty("memoryBytes").GetInt64(), 10_000_000, 1_000_000_000);
        });
    }

    [Fact]
    public async Task Adds_lists_and_removes_a_client()
    {
        var id = $"warehouse-{Guid.NewGuid():N}"[..20];
        await store.RunAsync("client", "add", id, "--grant", "client_credentials", "--scope", "inventory.read");
        var line = Assert.Single(await ListAsync(), each => each.StartsWith(id + " ", StringComparison.Ordinal));
        Assert.Equal($"{id}  confidential  client_credentials  inventory.read", line);
        Assert.Contains(await ListAsync(), each => each.StartsWith(
            "scripts  confidential, the store's own", StringComparison.Ordinal));
        await store.RunAsync("client", "remove", id);
        Assert.DoesNotContain(await ListAsync(), each => each.StartsWith(id, StringComparison.Ordinal));
        var again = await store.TryAsync("client", "remove", id);
        Assert.Equal(1, again.ExitCode);
        Assert.Contains("The client was not removed", again.Error, StringComparison.Ordinal);

        async Task<string[]> ListAsync() =>
            (await store.RunAsync("client", "list")).ReplaceLineEndings("\n").Split('\n');
    }

    /// <summary>2 MB in each process, and code that is compiled for nothing at the start.</summary>
    [Fact]
    public async Task Loads_entity_framework_only_where_it_is_used()
    {
        if (!OperatingSystem.IsLinux()) Assert.Skip("What a process has loaded is read from /proc.");
        var services = (await store.StatusAsync()).GetProperty("services").EnumerateArray().ToList();
        Assert.Equal(
            ["users"], services.Where(LoadsEntityFramework).Select(each => each.GetProperty("name").GetString()));

        static bool LoadsEntityFramework(System.Text.Json.JsonElement service) =>
            File.ReadLines($"/proc/{service.GetProperty("pid").GetInt32()}/maps")
                .Any(line => line.EndsWith("/Microsoft.EntityFrameworkCore.dll", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Shows_a_services_log_and_names_those_there_are()
    {
        Assert.NotEmpty(await store.RunAsync("logs", "orders"));
        var unknown = await store.TryAsync("logs", "nobody");
        Assert.Equal(1, unknown.ExitCode);
        Assert.Contains("orders", unknown.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Shows_what_the_logs_of_all_say_of_an_order_and_of_its_trace()
    {
        using var shop = await Shop.OpenAsync(store.Port, store.Data);
        var buyer = await shop.NewBuyerAsync();
        var order = (await shop.PlaceAsync(buyer, await shop.NewProductAsync(stock: 5))).Id;
        await shop.BecomesAsync(buyer, order, "Confirmed");
        // The line is written after the commit that the buyer sees.
        string lines = "";
        await Eventually.HoldsAsync("each step is in the log", async () =>
            (lines = (await store.TryAsync("logs", "--order", order.ToString())).Output)
            .Contains($"Order {order} is Confirmed", StringComparison.Ordinal));
        Assert.Contains($"Order {order} is Placed", lines, StringComparison.Ordinal);
        var confirmed = lines.Split('\n').Single(
            line => line.Contains("Confirmed, because of PaymentCaptured", StringComparison.Ordinal));
        Assert.Matches(
            $"^orders .* trace=[0-9a-f]{{32}} event=[-0-9a-f]{{36}} stream=payments key={order}$", confirmed);
        var trace = Regex.Match(confirmed, "trace=([0-9a-f]{32})").Groups[1].Value;
        Assert.Contains(confirmed, await store.RunAsync("logs", "--trace", trace), StringComparison.Ordinal);
        Assert.Contains(confirmed, await store.RunAsync("logs", "--since", "1h"), StringComparison.Ordinal);
        var bad = await store.TryAsync("logs", "--since", "yesterday");
        Assert.Equal(
            (2, "tessera: 'yesterday' is no time; write 30s, 10m, 2h or 1d."), (bad.ExitCode, bad.Error.Trim()));
    }

    [Fact]
    public async Task Shows_what_waits_where()
    {
        var status = await store.RunAsync("status", "--messaging");
        Assert.Contains("orders → inventory", status, StringComparison.Ordinal);
        Assert.Contains("0 in 0 keys", status, StringComparison.Ordinal);
        Assert.Contains("handled last", status, StringComparison.Ordinal);
        Assert.DoesNotContain("HTTP 404", status, StringComparison.Ordinal); // The pages have nothing that could wait.
    }

    [Fact]
    public async Task Says_that_nothing_is_parked() =>
        Assert.Contains("Nothing is parked.", await store.RunAsync("parked", "list"), StringComparison.Ordinal);

    [Fact]
    public async Task Finds_and_replaces_the_services_of_a_killed_supervisor()
    {
        var before = await store.StatusAsync();
        using (var supervisor = System.Diagnostics.Process.GetProcessById(
            before.GetProperty("supervisorPid").GetInt32()))
        {
            supervisor.Kill();
        }
        await Testing.Eventually.HoldsAsync(
            "the supervisor's end is seen", async () => (await store.TryAsync("status")).ExitCode == 3);
        await store.UpAsync();
        var after = await store.StatusAsync();
        var old = before.GetProperty("services").EnumerateArray()
            .Select(service => service.GetProperty("pid").GetInt32());
        Assert.All(old, pid => Assert.False(Directory.Exists($"/proc/{pid}"), $"The old process {pid} still runs."));
        Assert.Equal("ready", after.GetProperty("services")[0].GetProperty("state").GetString());
    }
}
