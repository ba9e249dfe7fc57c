using Tessera.Cli.Logs;
using Tessera.Stories;
using Xunit;

namespace Tessera.Cli.Tests.Logs;

public sealed class LogFilesTests : IDisposable
{
    private const string Trace = "4bf92f3577b34da6a3ce929d0e0e4736";
    private const string Other = "0af7651916cd43dd8448eb211c80319c";
    private static readonly Guid _order = new("01a21d90-cfcd-7111-8609-2bccf274595a");

    private readonly TemporaryFolder _folder = Some.Folder();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Merges_all_processes_by_time_with_what_was_set_aside()
    {
        Write("orders.log.2", "2026-11-27T09:00:01.000Z inf A: of the first file");
        Write("orders.log.1", "2026-11-27T09:00:03.000Z inf A: of the second");
        Write("orders.log", "2026-11-27T09:00:05.000Z ERR A: of the third", "   at A.B()");
        Write("users.log", "what has no time", """{"time":"2026-11-27T09:00:02.000Z","message":"of software"}""");
        Write("server-postgres.log", "2026-11-27 09:00:04.250 UTC [1] LOG:  of a server");
        Assert.Equal(
            [("orders", 1), ("users", 2), ("orders", 3), ("server-postgres", 4), ("orders", 5), ("orders", 5)],
            All(new LogFilter()).Select(line => (line.Process, line.Time.Second)));
        Assert.Equal("   at A.B()", All(new LogFilter()).Last().Text);
    }

    [Fact]
    public void Finds_a_trace_in_every_process()
    {
        WriteStory();
        Assert.Equal(
            [("gateway", 1), ("orders", 2), ("payments", 3)],
            All(new LogFilter(Trace)).Select(line => (line.Process, line.Time.Second)));
    }

    [Fact]
    public void Finds_what_names_an_order_and_what_else_happened_in_its_traces()
    {
        WriteStory();
        Assert.Equal([1, 2, 3, 5], All(new LogFilter(Order: _order)).Select(line => line.Time.Second));
    }

    [Fact]
    public void Leaves_out_what_is_older()
    {
        WriteStory();
        var since = new DateTimeOffset(2026, 11, 27, 9, 0, 4, TimeSpan.Zero);
        Assert.Equal([4, 5], All(new LogFilter(Since: since)).Select(line => line.Time.Second));
        // The order is named later, in a trace that began before.
        Assert.Equal([5], All(new LogFilter(Order: _order, Since: since)).Select(line => line.Time.Second));
    }

    private void WriteStory()
    {
        Write("gateway.log", $"2026-11-27T09:00:01.000Z WRN Proxy: slow trace={Trace}");
        Write("orders.log", $"2026-11-27T09:00:02.000Z inf ChangeLog: Order {_order} is Placed trace={Trace}",
            $"2026-11-27T09:00:05.000Z inf ChangeLog: Order {_order} is Confirmed");
        Write("payments.log", $$"""{"time":"2026-11-27T09:00:03.000Z","message":"of {{_order}}","trace":"{{Trace}}"}""",
            $"2026-11-27T09:00:04.000Z inf Other: of another trace={Other}");
    }

    private IEnumerable<LogLine> All(LogFilter filter)
    {
        var files = new LogFiles(_folder.Path);
        return filter.Of(() => files.Merge(files.Names));
    }

    private void Write(string name, params string[] lines) => File.WriteAllLines(_folder.File(name), lines);
}
