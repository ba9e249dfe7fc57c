using System.CommandLine;
using Tessera.Cli.Shop;
using Tessera.Cli.Up;

namespace Tessera.Cli.Retail;

internal static class RetailCommands
{
    /// <summary>So slow that the orders placed at a time wait for days, which a timer can still measure.</summary>
    private const double RateMin = 0.001;

    private const double RateMax = 1_000_000;

    public static Command CreateImport()
    {
        var file = File();
        var (data, gateway, report) = (UpOptions.Data(), Store.GatewayOption(), Report());
        var (dates, encoding) = (Dates(), Encoding());
        var command = new Command(
            "import",
            "Fill catalog and stock from a file of order lines. " +
            "What came in for an invoice before does not come in again.")
        {
            file, dates, encoding, data, gateway, report,
        };
        command.SetAction(async (parsed, stop) =>
        {
            var retail = RetailFile.Read(
                parsed.GetRequiredValue(file), new RetailForm(parsed.GetValue(dates), parsed.GetValue(encoding)));
            using var store = Store.Open(parsed.GetRequiredValue(data), parsed.GetValue(gateway), TimeProvider.System);
            return await Import.RunAsync(retail, store, parsed.GetValue(report), stop);
        });
        return command;
    }

    public static Command CreateReplay()
    {
        var file = File();
        var (data, gateway, report) = (UpOptions.Data(), Store.GatewayOption(), Report());
        var (dates, encoding) = (Dates(), Encoding());
        var concurrency = Number("--concurrency", "How many orders are being placed at a time.", 16);
        var rate = new Option<double?>("--rate") { Description = "At most so many orders a second.", HelpName = "N" };
        var limit = new Option<int?>("--limit") { Description = "Only the first N invoices, by date.", HelpName = "N" };
        var wait = Number("--wait", "How many seconds to wait, after the last order, for all to reach their end.", 300);
        var command = new Command(
            "replay", "Place each invoice of the file as an order of its customer, and cancel what the data cancels. " +
            "Interrupted and run again, or with the same invoices in another file, it doubles nothing.")
        {
            file, dates, encoding, data, gateway, concurrency, rate, limit, wait, report,
        };
        command.SetAction(async (parsed, stop) =>
        {
            var settings = new ReplaySettings(
                Numbers.InRange(parsed.GetValue(concurrency), 1, 256, "--concurrency"),
                parsed.GetValue(rate) is { } perSecond
                    ? Numbers.InRange(perSecond, RateMin, RateMax, "--rate")
                    : null,
                parsed.GetValue(limit) is { } count ? Numbers.InRange(count, 1, int.MaxValue, "--limit") : null,
                Numbers.Seconds(parsed.GetValue(wait), "--wait"),
                parsed.GetValue(report));
            var retail = RetailFile.Read(
                parsed.GetRequiredValue(file), new RetailForm(parsed.GetValue(dates), parsed.GetValue(encoding)));
            using var store = Store.Open(parsed.GetRequiredValue(data), parsed.GetValue(gateway), TimeProvider.System);
            return await Replay.RunAsync(retail, store, settings, stop);
        });
        return command;
    }

    private static Argument<string> File() => new("FILE")
    {
        Description = "Such as samples/online-retail.csv.",
    };

    private static Option<string?> Dates() => new("--dates")
    {
        Description = "How the file writes dates, when it does not tell by itself, such as dd/MM/yyyy.",
        HelpName = "FORM",
    };

    private static Option<string?> Encoding() => new("--encoding")
    {
        Description = "How the file writes letters, when not in UTF-8, such as latin1.",
        HelpName = "NAME",
    };

    private static Option<string?> Report() => new("--report")
    {
        Description = "Where to write what could not be used and why (default: in the data folder).",
        HelpName = "FILE",
    };

    private static Option<int> Number(string name, string description, int usual) => new(name)
    {
        Description = description,
        HelpName = "N",
        DefaultValueFactory = _ => usual,
    };
}
