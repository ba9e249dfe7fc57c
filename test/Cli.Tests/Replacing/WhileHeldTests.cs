using Tessera.Cli.Up;
using Xunit;

namespace Tessera.Cli.Tests.Replacing;

/// <summary>What is done while the whole store is stopped, such as a restore, on any machine.</summary>
public sealed class WhileHeldTests
{
    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Is_done_where_a_service_cannot_be_started_at_all()
    {
        await using var store = new PretendedStore(_ => throw new UserError("Node.js is missing."));
        await store.IsAsync("notifications", "absent");
        Assert.Equal("held held absent", await StatesWhileHeldAsync(store));
        Assert.Equal("absent", store.StateOf("notifications").State);
    }

    [Fact]
    public async Task Keeps_what_is_still_being_built_from_starting_and_does_not_wait_for_it()
    {
        var built = new TaskCompletionSource();
        await using var store = new PretendedStore(stop => built.Task.WaitAsync(stop));
        await store.IsAsync("notifications", "building");
        Assert.Equal("held held held", await StatesWhileHeldAsync(store, async () =>
        {
            built.SetResult();
            await store.IsAsync("notifications", "held");
        }));
        await store.IsAsync("notifications", "ready");
    }

    private static async Task<string> StatesWhileHeldAsync(PretendedStore store, Func<Task>? work = null)
    {
        await store.AllAreReadyAsync();
        var states = "";
        await WhileHeld.RunAsync(
            store.Folder, _ => true,
            async () =>
            {
                if (work is not null) await work();
                string[] names = ["gateway", "orders-1", "notifications"];
                states = string.Join(' ', names.Select(name => store.StateOf(name).State));
            },
            Stop);
        await store.AllAreReadyAsync();
        return states;
    }
}
