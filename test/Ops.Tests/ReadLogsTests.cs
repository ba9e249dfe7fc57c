using Microsoft.Extensions.Options;
using Tessera.Ops.Calling;
using Tessera.ServiceDefaults;
using Tessera.Testing;

namespace Tessera.Ops.Tests;

public sealed class ReadLogsTests : IDisposable
{
    private readonly TemporaryFolder _folder = new("logs");

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Finds_an_order_s_lines_and_those_of_their_traces_by_time_in_the_ends_of_the_logs()
    {
        var (order, trace) = (Guid.NewGuid(), new string('a', 32));
        Write("orders", $"2026-03-01T12:00:01.000Z info trace={trace} Order {order} is Placed", "   of a stack trace");
        Write(
            "inventory", "2026-03-01T12:00:00.000Z info trace=none before",
            $"2026-03-01T12:00:00.500Z info trace={trace} Holds stock", "2026-03-01T12:00:09.000Z info another");
        var filler = Enumerable.Repeat($"2026-03-01T11:00:00.000Z {new string('x', 1_000)}", 5_000).ToList();
        filler.Insert(0, $"2026-03-01T10:00:00.000Z info Order {order} too long ago");
        Write("payments", [.. filler]);
        var lines = Logs().Of(order, default);
        Assert.Equal(["inventory", "orders"], lines.Select(line => line.Process));
        Assert.Empty(Logs().Of(Guid.NewGuid(), default));
    }

    private void Write(string process, params string[] lines)
    {
        Directory.CreateDirectory(Path.Combine(_folder.Path, "logs"));
        File.WriteAllLines(Path.Combine(_folder.Path, "logs", process + ".log"), lines);
    }

    private ReadLogs Logs() => new(Options.Create(new TesseraOptions { DataDirectory = _folder.Path }));
}
