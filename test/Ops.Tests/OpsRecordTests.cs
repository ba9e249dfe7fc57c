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

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Outlives_a_restart_the_newest_first_and_takes_the_same_once_a_minute()
    {
        var first = Record();
        first.Refused("bob", "GET /ops", "404");
        first.Refused("bob", "GET /ops", "404");
        first.Refused("eve", "GET /ops", "404");
        first.Done("olga", "kill orders", "chaos");
        Assert.Equal(
            [("olga", "done"), ("eve", "refused"), ("bob", "refused")],
            Record().Last(10).Select(line => (line.Who!, line.Kind)));
        _clock.Advance(TimeSpan.FromSeconds(61));
        first.Refused("bob", "GET /ops", "404");
        Assert.Equal(4, Record().Last(10).Count);
        Assert.Equal(2, Record().Last(2).Count);
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
        Assert.StartsWith("8999 ", record.Last(1)[0].What, StringComparison.Ordinal);
        Assert.Equal(2, Directory.GetFiles(Path.GetDirectoryName(file)!).Length);
    }

    private OpsRecord Record() => new(
        Options.Create(new TesseraOptions { DataDirectory = _folder.Path }), _clock, NullLogger<OpsRecord>.Instance);
}
