using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.AspNetCore.Routing.Patterns;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;
using Microsoft.Extensions.Time.Testing;
using Tessera.Ops.Recording;
using Tessera.ServiceDefaults;
using Tessera.Testing;

namespace Tessera.Ops.Tests;

/// <summary>What the console keeps of refusals and of its own deeds.</summary>
public sealed class OpsRecordTests : IDisposable
{
    private readonly TemporaryFolder _folder = new("record");
    private readonly FakeTimeProvider _clock = new();

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Outlives_a_restart_the_newest_first_and_takes_the_same_once_a_minute()
    {
        var first = Record();
        first.Refused("bob", "GET /ops", "404");
        first.Refused("bob", "GET /ops", "404");
        first.Refused("eve", "GET /ops", "404");
        first.Done("olga", "kill orders", "chaos");
        Assert.Equal(["eve", "bob"], Refused(10).Select(line => line.Who));
        var deed = Assert.Single(Record().Last(RecordLine.DoneKind, 10));
        Assert.Equal(("olga", "kill orders"), (deed.Who, deed.What));
        _clock.Advance(TimeSpan.FromSeconds(61));
        first.Refused("bob", "GET /ops", "404");
        Assert.Equal(["bob", "eve", "bob"], Refused(10).Select(line => line.Who));
        Assert.Equal(2, Refused(2).Count);
    }

    [Fact]
    public void Is_bounded_and_reads_on_behind_half_a_line()
    {
        var record = Record();
        record.Done("olga", "first", "");
        var file = Path.Combine(_folder.Path, "ops", "record.jsonl");
        File.AppendAllText(file, "{\"at\":\"2026-\n");
        var words = new string('x', 5_000); // Shortened, each to some hundred characters.
        for (var line = 0; line < 9_000; line++) record.Done("olga", $"{line} {words}", words);
        Assert.InRange(new FileInfo(file).Length, 1, OpsRecord.SizeBytesMax + 2_000);
        Assert.InRange(new FileInfo(file + ".1").Length, 1, OpsRecord.SizeBytesMax + 2_000);
        Assert.StartsWith("8999 ", record.Last(RecordLine.DoneKind, 1)[0].What, StringComparison.Ordinal);
        Assert.Equal(
            ["record.jsonl", "record.jsonl.1", "record.lock"],
            Directory.GetFiles(Path.GetDirectoryName(file)!).Select(Path.GetFileName).Order(StringComparer.Ordinal));
    }

    [Fact]
    public async Task Two_consoles_that_write_at_once_lose_nothing_of_each_other()
    {
        OpsRecord[] consoles = [Record(), Record()];
        await Task.WhenAll(Enumerable.Range(0, 8).Select(writer => Task.Run(() =>
        {
            for (var number = 0; number < 250; number++)
                consoles[writer % 2].Done($"olga-{writer}", $"kill {number}", "chaos");
        })));
        var kept = Record().Last(RecordLine.DoneKind, int.MaxValue);
        Assert.Equal(2_000, kept.Count);
        Assert.Equal(2_000, kept.Select(line => (line.Who, line.What)).Distinct().Count());
    }

    [Fact]
    public async Task Consoles_that_turn_the_file_at_once_keep_what_was_full()
    {
        var (file, words) = (Path.Combine(_folder.Path, "ops", "record.jsonl"), new string('x', 280));
        for (var round = 0; round < 20; round++)
        {
            Directory.CreateDirectory(Path.GetDirectoryName(file)!);
            await File.WriteAllTextAsync(file, string.Concat(Enumerable.Repeat("{}\n", 350_000)), Stop);
            File.Delete(file + ".1");
            OpsRecord[] consoles = [Record(), Record(), Record(), Record()];
            using var ready = new Barrier(consoles.Length);
            await Task.WhenAll(consoles.Select(console => Task.Run(() =>
            {
                ready.SignalAndWait(Stop);
                console.Done("olga", words, words);
            })));
            Assert.InRange(new FileInfo(file + ".1").Length, OpsRecord.SizeBytesMax, long.MaxValue);
            Assert.Equal(consoles.Length, (await File.ReadAllLinesAsync(file, Stop)).Length);
        }
    }

    [Fact]
    public void Whoever_asks_for_many_addresses_of_one_page_is_kept_once_and_pushes_out_no_deed()
    {
        var record = Record();
        record.Done("olga", "kill orders", "chaos");
        for (var number = 0; number < 300; number++)
            record.Refused("bob", Asks($"/ops/orders/{Guid.NewGuid()}"), "404");
        Assert.StartsWith("GET /ops/orders/", Assert.Single(Refused(1_000)).What, StringComparison.Ordinal);
        record.Refused("eve", Asks($"/ops/orders/{Guid.NewGuid()}"), "404");
        record.Refused("bob", Asks("/ops/orders/1", "/ops/orders/{id}/cancel", HttpMethods.Post), "404");
        Assert.Equal(3, Refused(1_000).Count);

        // As many persons do not either, although they fill both files.
        var words = new string('x', 300);
        for (var number = 0; number < 4_500; number++) record.Refused($"{number}", words, words);
        var file = Path.Combine(_folder.Path, "ops", "refused.jsonl");
        Assert.True(File.Exists(file + ".1"));
        Assert.DoesNotContain(Refused(int.MaxValue), line => line.Who == "bob");
        Assert.Equal("olga", Assert.Single(record.Last(RecordLine.DoneKind, 100)).Who);
    }

    private static DefaultHttpContext Asks(
        string path, string pattern = "/ops/orders/{id:guid}", string method = "GET")
    {
        var context = new DefaultHttpContext { Request = { Method = method, Path = path } };
        context.SetEndpoint(new RouteEndpoint(
            _ => Task.CompletedTask, RoutePatternFactory.Parse(pattern), 0, null, null));
        return context;
    }

    private IReadOnlyList<RecordLine> Refused(int count) => Record().Last(RecordLine.RefusedKind, count);

    private OpsRecord Record() => new(
        Options.Create(new TesseraOptions { DataDirectory = _folder.Path }), _clock, NullLogger<OpsRecord>.Instance);
}
