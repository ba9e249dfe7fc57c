using System.Diagnostics;
using System.Text.Json;
using Tessera.Testing;
using Xunit;

namespace Tessera.EndToEnd;

/// <summary>A machine whose system gives less than usual.</summary>
public sealed class StarvedTests
{
    [Fact]
    public async Task Starts_and_sells_where_the_system_has_no_file_watcher_left()
    {
        // In a namespace of its own, so that nobody else has to do without.
        string[] under =
        [
            "unshare", "--user", "--map-root-user", "sh", "-c",
            "echo 0 > /proc/sys/user/max_inotify_instances && exec \"$@\"", "sh",
        ];
        Assert.SkipUnless(await CanRunAsync([.. under, "true"]), "This system gives nobody a namespace of his own.");
        await using var store = new PlainStore();
        using var up = store.StartUnder(under, store.UpCommand);
        var result = await up.EndAsync(TestContext.Current.CancellationToken);
        Assert.True(result.ExitCode == 0, result.All);
        Assert.All(
            (await store.StatusAsync()).GetProperty("services").EnumerateArray(),
            service => Assert.Equal("ready 0", $"{service.GetProperty("state")} {service.GetProperty("restarts")}"));
        using var shop = await Shop.OpenAsync(store.Port, store.Data);
        var (buyer, sku) = (await shop.NewBuyerAsync(), await shop.NewProductAsync());
        await shop.BecomesAsync(buyer, (await shop.PlaceAsync(buyer, sku)).Id, "Confirmed");
    }

    [Fact]
    public async Task Says_in_the_services_own_words_that_too_few_files_can_be_open()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "Windows has no such limit.");
        await using var store = new PlainStore();
        using var up = store.StartUnder(["bash", "-c", "ulimit -n 256 && exec \"$@\"", "bash"], store.UpCommand);
        await Eventually.HoldsAsync(
            "it is told", () => up.Error.Contains("256 files can be open at a time", StringComparison.Ordinal));
        Assert.DoesNotContain("Could not load", up.Error, StringComparison.Ordinal);
        await Eventually.HoldsAsync("status tells it of all", async () =>
            (await store.StatusAsync()).GetProperty("services").EnumerateArray().All(IsLackingFiles));
    }

    private static bool IsLackingFiles(JsonElement service) => service.GetProperty("why").GetString()
        ?.Contains("256 files can be open at a time", StringComparison.Ordinal) == true;

    private static async Task<bool> CanRunAsync(string[] words)
    {
        if (!OperatingSystem.IsLinux()) return false;
        using var process = Process.Start(new ProcessStartInfo(words[0], words[1..]) { RedirectStandardError = true })!;
        await process.WaitForExitAsync(TestContext.Current.CancellationToken);
        return process.ExitCode == 0;
    }
}
