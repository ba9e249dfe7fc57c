using System.Buffers;
using System.Text.Json;
using Microsoft.Extensions.Options;

namespace Tessera.Gateway;

/// <summary>Lines of JSON, gathered in memory and written out many at a time by one loop: the console logger would
/// cost a request more than the rest of the gateway's own work.</summary>
internal sealed partial class AccessLog(IOptions<GatewayOptions> options, TimeProvider clock, ILogger<AccessLog> logger)
    : BackgroundService
{
    private const int PathLengthMax = 1_000;
    private const int WaitingBytesMax = 4 * 1024 * 1024;

    /// <summary>A file that passes it is set aside as <c>.1</c>, in place of the one before.</summary>
    private const long FileBytesMax = 64 * 1024 * 1024;

    /// <summary>Refusals a second that get a line each. They cost who sends them nothing: without a bound, one stranger
    /// fills the disk with them.</summary>
    private const int RefusalsPerSecondMax = 100;

    private static readonly TimeSpan writeInterval = TimeSpan.FromMilliseconds(100);
    private readonly Lock _gate = new();
    private readonly SemaphoreSlim _filled = new(0, 1);
    private ArrayBufferWriter<byte> _filling = new(64 * 1024);
    private ArrayBufferWriter<byte> _writing = new(64 * 1024);
    private Utf8JsonWriter? _json;
    private long _dropped;
    private long _second;
    private int _refusals;
    private long _unlogged;

    public void Write(in AccessLine line)
    {
        if (!options.Value.AccessLog) return;
        var now = clock.GetUtcNow();
        lock (_gate)
        {
            if (!IsToBeLogged(line, now)) return;
            if (_filling.WrittenCount > WaitingBytesMax)
            {
                _dropped++; // A log that nobody reads must not eat the memory.
                return;
            }
            if (_json is null) _json = new Utf8JsonWriter(_filling);
            else _json.Reset(_filling);
            var first = _filling.WrittenCount == 0;
            if (_unlogged > 0)
            {
                WriteUnlogged(_json, now);
                _json.Flush();
                _filling.Write("\n"u8);
                _json.Reset(_filling);
                _unlogged = 0;
            }
            WriteFields(_json, line, now);
            _json.Flush();
            _filling.Write("\n"u8);
            if (first && _filled.CurrentCount == 0) _filled.Release();
        }
    }

    /// <summary>What the gateway refuses by itself is sampled; each line after a pause in them tells how many had
    /// none.</summary>
    private bool IsToBeLogged(in AccessLine line, DateTimeOffset now)
    {
        if (line.Upstream is not null || line.Status < 400) return true;
        var second = now.ToUnixTimeSeconds();
        if (second != _second) (_second, _refusals) = (second, 0);
        if (_refusals++ < RefusalsPerSecondMax) return true;
        _unlogged++;
        return false;
    }

    public override void Dispose()
    {
        _filled.Dispose();
        base.Dispose();
    }

    /// <summary>The last lines are written here, not by the loop: a stop may come before that has begun.</summary>
    public override async Task StopAsync(CancellationToken cancellationToken)
    {
        await base.StopAsync(cancellationToken);
        await WriteOutAsync();
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        if (!options.Value.AccessLog) return;
        while (true)
        {
            await _filled.WaitAsync(stoppingToken); // No timer runs while nobody calls.
            await Task.Delay(writeInterval, clock, stoppingToken);
            await WriteOutAsync();
        }
    }

    private async Task WriteOutAsync()
    {
        long dropped;
        lock (_gate)
        {
            if (_filling.WrittenCount == 0) return;
            (_filling, _writing) = (_writing, _filling);
            (dropped, _dropped) = (_dropped, 0);
        }
        try
        {
            await WriteAsync(_writing.WrittenMemory);
        }
        catch (Exception full) when (full is IOException or UnauthorizedAccessException)
        {
            Log.Lost(logger, full.Message); // A full disk stops the log, not the shop.
        }
        if (dropped > 0) Log.Dropped(logger, dropped);
        _writing.ResetWrittenCount();
    }

    /// <summary>The file is opened anew each time: whoever moves it away or empties it gets a file that begins with its
    /// first line. A missing folder is made.</summary>
    private async Task WriteAsync(ReadOnlyMemory<byte> lines)
    {
        if (options.Value.AccessLogFile is not { Length: > 0 } name)
        {
            await using var console = Console.OpenStandardOutput();
            await console.WriteAsync(lines, CancellationToken.None);
            await console.FlushAsync(CancellationToken.None);
            return;
        }
        Directory.CreateDirectory(Path.GetDirectoryName(Path.GetFullPath(name))!);
        if (new FileInfo(name) is { Exists: true, Length: > FileBytesMax })
            File.Move(name, name + ".1", overwrite: true);
        await using var file = new FileStream(
            name, FileMode.Append, FileAccess.Write, FileShare.ReadWrite | FileShare.Delete, bufferSize: 0);
        await file.WriteAsync(lines, CancellationToken.None);
    }

    private void WriteUnlogged(Utf8JsonWriter json, DateTimeOffset now)
    {
        json.WriteStartObject();
        json.WriteString("time"u8, now.UtcDateTime);
        json.WriteNumber("refusalsWithoutLine"u8, _unlogged);
        json.WriteEndObject();
    }

    private static void WriteFields(Utf8JsonWriter json, in AccessLine line, DateTimeOffset now)
    {
        json.WriteStartObject();
        json.WriteString("time"u8, now.UtcDateTime);
        json.WriteString("method"u8, line.Method);
        json.WriteString("path"u8, line.Path.AsSpan(0, Math.Min(line.Path.Length, PathLengthMax)));
        json.WriteNumber("status"u8, line.Status);
        json.WriteNumber("ms"u8, Math.Round(line.Duration.TotalMilliseconds, 3));
        if (line.Upstream is not null) json.WriteString("upstream"u8, line.Upstream);
        if (line.User is not null) json.WriteString("user"u8, line.User);
        if (line.Client is not null) json.WriteString("client"u8, line.Client);
        json.WriteString("trace"u8, line.TraceId);
        json.WriteEndObject();
    }

    private static partial class Log
    {
        [LoggerMessage(400, LogLevel.Warning, "Lines of the access log were lost: {Reason}")]
        public static partial void Lost(ILogger logger, string reason);

        [LoggerMessage(401, LogLevel.Warning,
            "{Count} lines of the access log were dropped: they come faster than they can be written")]
        public static partial void Dropped(ILogger logger, long count);
    }
}
