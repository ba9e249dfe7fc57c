using System.Globalization;
using System.Text.RegularExpressions;
using Tessera.Testing;
using Xunit;

namespace Tessera.EndToEnd;

/// <summary>Processes die by SIGKILL while the real orders are placed; afterwards nothing is lost and
/// nothing happened twice.</summary>
public sealed class KillTests(PlainStore store) : IClassFixture<PlainStore>
{
    private static readonly string[] _services = ["users", "catalog", "inventory", "orders", "payments", "gateway"];
    private const int OrdersPerKill = 84; // Six times: 500 orders.
    private static readonly string _sample = Path.Combine(Command.Root, "samples", "online-retail.csv");

    [Fact]
    public async Task Keeps_every_invariant_while_each_process_is_killed_in_turn_and_then_all_at_once()
    {
        await store.RunAsync("import", _sample);
        var limit = 0;
        foreach (var service in _services)
        {
            limit += OrdersPerKill;
            using var replay = store.Start("replay", _sample, "--limit", $"{limit}", "--rate", "40");
            await Eventually.HoldsAsync(
                "orders are being placed", async () => await store.PlacedAsync() > limit - OrdersPerKill);
            var kill = store.KillAsync(service);
            var result = await replay.EndAsync(TestContext.Current.CancellationToken);
            Assert.True(result.ExitCode == 0, result.All);
            Assert.Equal(limit, Count(result.Output, "placed"));
            await kill;
        }
        await store.VerifyAsync();

        // The replay itself is killed, then the supervisor with all it runs; both are started again.
        using (var replay = store.Start("replay", _sample, "--limit", "800", "--rate", "40"))
        {
            await Eventually.HoldsAsync("orders are being placed", async () => await store.PlacedAsync() > limit + 20);
            await store.KillEverythingAsync();
            replay.Kill();
        }
        await store.UpAsync();
        var rest = await store.RunAsync("replay", _sample, "--limit", "800");
        Assert.Equal(800, Count(rest, "placed"));
        Assert.Equal(800, Count(rest, "confirmed") + Count(rest, "cancelled") + Count(rest, "refused"));
        var nothingNew = await store.RunAsync("replay", _sample, "--limit", "800");
        Assert.Contains("placed         800 (0 now)", nothingNew, StringComparison.Ordinal);
        await store.VerifyAsync();
        Assert.Contains("orders: 800 ", await store.RunAsync("verify"), StringComparison.Ordinal);
    }

    private static int Count(string summary, string what) =>
        int.Parse(Line(what).Match(summary).Groups[1].Value, CultureInfo.InvariantCulture);

    private static Regex Line(string what) => new($@"^{what}\s+([0-9]+)", RegexOptions.Multiline);
}
