using System.CommandLine;
using Tessera.Cli.Up;
using Xunit;

namespace Tessera.Cli.Tests.Replacing;

/// <summary>Two commands at once, on one store.</summary>
public sealed class OneReplacementTests : IDisposable
{
    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    private readonly TemporaryFolder _data = Some.Folder();
    private readonly RunFolder _folder;

    public OneReplacementTests()
    {
        _folder = new RunFolder(_data.Path);
        Directory.CreateDirectory(_folder.Run);
    }

    public void Dispose() => _data.Dispose();

    [Fact]
    public void Of_one_service_a_second_command_replaces_nothing_until_the_first_has_ended()
    {
        using (OneReplacement.Of(_folder, ["orders"]))
        {
            using var other = OneReplacement.Of(_folder, ["payments"]);
            var refused = Assert.Throws<UserError>(() => OneReplacement.Of(_folder, ["catalog", "orders"]));
            Assert.Equal(
                "Another command replaces, restarts or restores orders now: wait until it has ended.",
                refused.Message);
            OneReplacement.Of(_folder, ["catalog"]).Dispose(); // Nothing is kept by who was refused.
        }
        OneReplacement.Of(_folder, ["orders"]).Dispose();
    }

    [Theory]
    [InlineData("restart")]
    [InlineData("restart", "orders")]
    [InlineData("restart", "orders-2")]
    [InlineData("replace", "orders", "--set", "Orders:PaymentTimeout=00:01:00")]
    [InlineData("stop", "orders-2")]
    [InlineData("start", "orders-1")]
    public async Task What_one_command_holds_is_neither_ended_nor_started_by_another(params string[] line)
    {
        await using var store = new PretendedStore();
        await store.AllAreReadyAsync();
        using (OneReplacement.Of(store.Folder, ["orders"]))
        {
            await HoldCommands.HoldAsync(store.Folder, "orders-1", Stop);
            if (line[0] != "start") File.Delete(store.Folder.HoldFileOf("orders-1"));
            if (line[0] != "start") await store.AllAreReadyAsync();
            var before = store.Orders.Select(each => (each.State, each.Pid)).ToArray();
            await IsRefusedAsync(() => RunAsync(store, line));
            Assert.Equal(line[0] == "start", File.Exists(store.Folder.HoldFileOf("orders-1")));
            Assert.Equal(before, store.Orders.Select(each => (each.State, each.Pid)));
        }
        Assert.Equal(ExitCodes.Ok, await RunAsync(store, ["start", "orders-1"]));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_restore_waits_for_no_command_and_lets_none_start_what_was_stopped_before(bool isStopped)
    {
        await using var store = new PretendedStore();
        await store.AllAreReadyAsync();
        if (isStopped) await RunAsync(store, ["stop", "orders-1"]);
        using (OneReplacement.Of(store.Folder, ["orders"]))
        {
            await IsRefusedAsync(() => WhileHeld.RunAsync(
                store.Folder, each => each.Service == "orders",
                () => throw new InvalidOperationException("It runs."), Stop));
        }
        await WhileHeld.RunAsync(
            store.Folder, each => each.Service == "orders",
            () => IsRefusedAsync(() => RunAsync(store, ["start", "orders-1"])), Stop);
        Assert.Equal(isStopped ? "held" : "ready", store.StateOf("orders-1").State);
    }

    [Fact]
    public void A_new_login_of_one_service_leaves_that_of_another_as_it_has_become_meanwhile()
    {
        _folder.WriteDatabases(new Dictionary<string, string> { ["orders"] = "o1", ["payments"] = "p1" });
        var other = new RunFolder(_data.Path);
        other.WriteDatabaseOf("payments", "p2");
        _folder.WriteDatabaseOf("orders", "o2");
        other.WriteDatabaseOf("payments", "p1"); // Back, after it failed.
        Assert.Equal(
            new Dictionary<string, string> { ["orders"] = "o2", ["payments"] = "p1" }, other.ReadDatabases());
    }

    [Fact]
    public async Task Logins_that_are_changed_at_the_same_moment_are_all_there()
    {
        var services = Enumerable.Range(0, 40).Select(number => $"service-{number}").ToArray();
        await Task.WhenAll(services.Select(service => Task.Run(
            () => new RunFolder(_data.Path).WriteDatabaseOf(service, service + "'s"))));
        Assert.Equal(services.Order(), _folder.ReadDatabases()!.Keys.Order());
    }

    [Fact]
    public void Everything_is_what_has_a_build_and_a_service_in_another_language_is_refused_by_name()
    {
        InstanceState[] all = [Named("orders"), Named("notifications"), Named("gateway")];
        Assert.Equal(["orders", "gateway"], ReplaceCommand.WithBuilds(all, null).Select(each => each.Name));
        var refused = Assert.Throws<UserError>(() => ReplaceCommand.WithBuilds([all[1]], "notifications"));
        Assert.StartsWith("notifications is built when the store starts", refused.Message, StringComparison.Ordinal);
    }

    private static async Task IsRefusedAsync(Func<Task> command) => Assert.StartsWith(
        "Another command", (await Assert.ThrowsAsync<UserError>(command)).Message, StringComparison.Ordinal);

    private static Task<int> RunAsync(PretendedStore store, string[] line) =>
        CommandLine.Root().Parse([.. line, "--data", store.Folder.Data]).InvokeAsync(
            new InvocationConfiguration { EnableDefaultExceptionHandler = false }, Stop);

    private static InstanceState Named(string name) => new(name, name, "ready", "", 1, 2, null, 0, "");
}
