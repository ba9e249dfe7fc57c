// A collector that takes everything (OTLP over HTTP) and keeps nothing but how much it was: OtlpSink ADDRESS.
// GET / tells the requests and bytes so far by signal, and begins anew.
using System.Collections.Concurrent;

var builder = WebApplication.CreateSlimBuilder();
builder.Logging.ClearProviders();
builder.WebHost.UseUrls(args.Length == 1 ? args[0] : throw new InvalidOperationException("Usage: OtlpSink ADDRESS"));
var app = builder.Build();
var taken = new ConcurrentDictionary<string, Taken>();
app.MapPost("/v1/{signal}", async (string signal, Stream body, CancellationToken stop) =>
{
    var (buffer, length) = (new byte[64 * 1024], 0L);
    while (await body.ReadAsync(buffer, stop) is > 0 and var read) length += read;
    taken.AddOrUpdate(
        signal, _ => new Taken(1, length),
        (_, before) => new Taken(before.Requests + 1, before.Bytes + length));
    return Results.Bytes([], "application/x-protobuf"); // An empty answer says: all of it.
});
app.MapGet("/", () =>
{
    var lines = taken.OrderBy(signal => signal.Key, StringComparer.Ordinal)
        .Select(signal => $"{signal.Key} {signal.Value.Requests} requests {signal.Value.Bytes} bytes").ToList();
    taken.Clear();
    return string.Join('\n', lines) + "\n";
});
app.Run();

internal sealed record Taken(long Requests, long Bytes);
