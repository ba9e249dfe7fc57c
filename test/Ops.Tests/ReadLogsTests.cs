using Microsoft.Extensions.Options;
using Tessera.Ops.Calling;
using Tessera.ServiceDefaults;
using Tessera.Testing;

namespace Tessera.Ops.Tests;

public sealed class ReadLogsTests : IDisposable
{
    private readonly TemporaryFolder _folder = new("logs");

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task Finds_an_order_s_lines_and_those_of_their_traces_by_time_in_the_ends_of_the_logs()
    {
        var (order, trace) = (Guid.NewGuid(), new string('a', 32));
        Write("orders", $"2026-03-01T12:00:01.000Z info trace={trace} Order {order} is Placed", "   of a stack trace");
        Write(
            "inventory", "2026-03-01T12:00:00.000Z info trace=none before",
            $"2026-03-01T12:00:00.500Z info trace={trace} Holds stock", "2026-03-01T12:00:09.000Z info another");
        var filler = Enumerable.Repeat($"2026-03-01T11:00:00.000Z {new string('x', 1_000)}", 5_000).ToList();
        filler.Insert(0, $"2026-03-01T10:00:00.000Z info Order {order} too long ago");
        Write("payments", [.. filler]);
        using var logs = Logs();
        var lines = await logs.OfAsync(order, Stop);
        Assert.Equal(["inventory", "orders"], lines.Select(line => line.Process));
        Assert.Empty(await logs.OfAsync(Guid.NewGuid(), Stop));
    }

    [Fact]
    public async Task Finds_what_was_set_aside_just_now_as_far_back_as_the_whole_may_go()
    {
        var order = Guid.NewGuid();
        Write(
            "orders", "   of a stack trace that was cut", $"2026-03-01T12:00:03.000Z info Order {order} is Confirmed");
        var filler = Enumerable.Repeat($"2026-03-01T11:00:00.000Z {new string('x', 1_000)}", 5_000).ToList();
        filler.Insert(0, $"2026-03-01T10:00:00.000Z info Order {order} too long ago");
        filler.Add($"2026-03-01T12:00:02.000Z info Order {order} is Placed");
        Write("orders.log.1", [.. filler]);
        using var logs = Logs();
        var lines = await logs.OfAsync(order, Stop);
        Assert.Equal(["Placed", "Confirmed"], lines.Select(line => line.Text.Split(' ')[^1]));
        Assert.All(lines, line => Assert.Equal("orders", line.Process));

        // One that has written as much since is not read back beyond it.
        Write("orders", [.. filler.Skip(1)]);
        Write("orders.log.1", $"2026-03-01T09:00:00.000Z info Order {order} far too long ago");
        Assert.Equal("Placed", Assert.Single(await logs.OfAsync(order, Stop)).Text.Split(' ')[^1]);
    }

    [Fact]
    public async Task Finds_them_in_lines_of_JSON_too()
    {
        var (order, trace) = (Guid.NewGuid(), new string('a', 32));
        Write("orders", JsonLine("12:00:01.000", $"Order {order} is Placed", trace));
        Write(
            "inventory", JsonLine("12:00:00.500", "Holds stock", trace),
            JsonLine("12:00:00.700", "another", new string('b', 32)));
        Write("payments", $"2026-03-01T12:00:00.800Z info trace={trace} Captures the payment");
        using var logs = Logs();
        var lines = await logs.OfAsync(order, Stop);
        Assert.Equal(["inventory", "payments", "orders"], lines.Select(line => line.Process));
        Assert.Equal([500, 800, 0], lines.Select(line => line.Time.Millisecond));
    }

    [Fact]
    public async Task Shows_the_last_lines_of_many()
    {
        var order = Guid.NewGuid();
        Write("orders", [.. Enumerable.Range(0, 3_000).Select(number =>
            $"2026-03-01T12:{number / 60:00}:{number % 60:00}.000Z info Order {order} line {number}")]);
        using var logs = Logs();
        var lines = await logs.OfAsync(order, Stop);
        Assert.Equal((ReadLogs.LinesMax, "2999"), (lines.Count, lines[^1].Text.Split(' ')[^1]));
        Assert.Equal("2500", lines[0].Text.Split(' ')[^1]);
    }

    private static string JsonLine(string time, string message, string trace) =>
        $$"""{"time":"2026-03-01T{{time}}Z","level":"Information","message":"{{message}}","trace":"{{trace}}"}""";

    private void Write(string process, params string[] lines)
    {
        Directory.CreateDirectory(Path.Combine(_folder.Path, "logs"));
        var file = process.Contains('.', StringComparison.Ordinal) ? process : process + ".log";
        File.WriteAllLines(Path.Combine(_folder.Path, "logs", file), lines);
    }

    private ReadLogs Logs() => new(Options.Create(new TesseraOptions { DataDirectory = _folder.Path }));
}
