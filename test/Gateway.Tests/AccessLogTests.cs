using System.Text.Json;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;
using Tessera.Testing;

namespace Tessera.Gateway.Tests;

public sealed class AccessLogTests : IDisposable
{
    private readonly TemporaryFolder _folder = new("access-log");

    private string Name => Path.Combine(_folder.Path, "missing", "access.log");

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task Gives_a_hundred_refusals_a_second_a_line_each_and_says_how_many_had_none()
    {
        using var log = await StartAsync();
        for (var refusal = 0; refusal < 250; refusal++) log.Write(Line(429));
        log.Write(Line(200, upstream: "orders-1"));
        log.Write(Line(404, upstream: "orders-1"));
        await Eventually.HoldsAsync("the lines are there", () => File.Exists(Name));
        await log.StopAsync(default);

        var lines = await ReadAsync();
        Assert.Equal(100, lines.Count(line => StatusOf(line) == 429));
        Assert.Equal([200, 404], lines.Select(StatusOf).Where(status => status is not (null or 429)));
        var count = Assert.Single(lines, line => StatusOf(line) is null);
        Assert.Equal(150, count.GetProperty("refusalsWithoutLine").GetInt64());
    }

    [Fact]
    public async Task Begins_with_a_line_again_when_somebody_has_emptied_its_file()
    {
        using var log = await StartAsync();
        log.Write(Line(200));
        await Eventually.HoldsAsync("the line is there", () => File.Exists(Name) && new FileInfo(Name).Length > 0);
        await using (var file = new FileStream(Name, FileMode.Open, FileAccess.Write, FileShare.ReadWrite))
            file.SetLength(0);
        log.Write(Line(201));
        await log.StopAsync(default);

        Assert.Equal([201], (await ReadAsync()).Select(StatusOf));
    }

    [Fact]
    public async Task Sets_a_large_file_aside_in_place_of_the_one_before()
    {
        Directory.CreateDirectory(Path.GetDirectoryName(Name)!);
        await File.WriteAllTextAsync(Name + ".1", "older");
        await using (var large = File.Create(Name)) large.SetLength((64 * 1024 * 1024) + 1);
        using var log = await StartAsync();
        log.Write(Line(200));
        await Eventually.HoldsAsync("the line is there", () => new FileInfo(Name) is { Exists: true, Length: < 1_000 });
        await log.StopAsync(default);

        Assert.Equal([200], (await ReadAsync()).Select(StatusOf));
        Assert.Equal((64 * 1024 * 1024) + 1, new FileInfo(Name + ".1").Length);
    }

    [Fact]
    public async Task Writes_what_came_before_its_loop_had_begun()
    {
        using var log = Create();
        log.Write(Line(200));
        await log.StopAsync(default);
        Assert.Equal([200], (await ReadAsync()).Select(StatusOf));
    }

    private async Task<AccessLog> StartAsync()
    {
        var log = Create();
        await log.StartAsync(default);
        return log;
    }

    private AccessLog Create() => new(
        Options.Create(new GatewayOptions { AccessLog = true, AccessLogFile = Name }),
        new OneSecond(), NullLogger<AccessLog>.Instance);

    private async Task<JsonElement[]> ReadAsync() =>
    [
        .. (await File.ReadAllLinesAsync(Name)).Select(line => JsonDocument.Parse(line).RootElement),
    ];

    private static int? StatusOf(JsonElement line) =>
        line.TryGetProperty("status", out var status) ? status.GetInt32() : null;

    private static AccessLine Line(int status, string? upstream = null) =>
        new("GET", "/api/v1/orders", status, TimeSpan.FromMilliseconds(1), upstream, null, "127.0.0.1", "trace");

    /// <summary>The time of day stands still; timers run.</summary>
    private sealed class OneSecond : TimeProvider
    {
        public override DateTimeOffset GetUtcNow() => new(2026, 11, 27, 12, 0, 0, TimeSpan.Zero);
    }
}
