using Tessera.Cli.Up;
using Xunit;

namespace Tessera.Cli.Tests.Replacing;

/// <summary>What becomes of a process whose replacement fails, on the disk or by itself.</summary>
public sealed class ReplaceProcessTests
{
    private static readonly Change _change = Change.OfProgram("/the/new/one") with
    {
        Settings = new Dictionary<string, string> { ["A:B"] = "c" },
    };

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Runs_what_it_ran_before_where_the_disk_is_full()
    {
        await using var store = new PretendedStore();
        await store.AllAreReadyAsync();
        File.CreateSymbolicLink(Path.Combine(store.Folder.Run, "orders-1.program.new"), "/dev/full");
        var refused = await RefusedAsync(store);
        Assert.EndsWith("orders-1 runs again what it ran before.", refused, StringComparison.Ordinal);
        Assert.Contains("No space left", refused, StringComparison.Ordinal);
        IsAsBefore(store);
    }

    [Fact]
    public async Task Says_both_why_it_was_not_replaced_and_why_it_could_not_be_put_back()
    {
        await using var store = new PretendedStore();
        await store.AllAreReadyAsync();
        // A folder has the name: no file can be written there, now or when the settings are put back.
        var inTheWay = Path.Combine(store.Folder.Run, "orders-1.settings.new");
        Directory.CreateDirectory(inTheWay);
        var refused = await RefusedAsync(store);
        Assert.Equal(3, refused.Split(inTheWay).Length);
        Assert.Contains(
            "Nor could what orders-1 ran before be put back; see: tessera status.", refused, StringComparison.Ordinal);
        IsAsBefore(store);
    }

    private static async Task<string> RefusedAsync(PretendedStore store)
    {
        using var http = new HttpClient();
        var process = new ReplaceProcess(store.Folder, http);
        return (await Assert.ThrowsAsync<UserError>(
            () => process.RunAsync(store.StateOf("orders-1"), _change, Stop))).Message;
    }

    private static void IsAsBefore(PretendedStore store)
    {
        Assert.Null(store.Folder.ReadProgramOf("orders-1"));
        Assert.Empty(store.Folder.ReadSettingsOf("orders-1"));
        Assert.False(File.Exists(store.Folder.HoldFileOf("orders-1")));
    }
}
