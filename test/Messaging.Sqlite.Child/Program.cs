using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;
using Tessera.Messaging;
using Tessera.Messaging.Sqlite;
using Tessera.Messaging.Transport;
using Tessera.Testing;

// A process to be killed: it says on its output what was acknowledged to it, one line each.
const int partitions = 4;
var (command, file, stream) = (args[0], args[1], args.ElementAtOrDefault(2) ?? "");
var end = new CancellationTokenSource();
_ = Task.Run(async () =>
{
    await Console.In.ReadLineAsync();
    await end.CancelAsync();
});
return command switch
{
    "append" => await AppendAsync(),
    "read" => await ReadAsync(),
    "store" => await StoreAsync(),
    _ => 2,
};

async Task<int> AppendAsync()
{
    await using var transport = await StartAsync();
    await Task.WhenAll(Enumerable.Range(0, partitions).Select(async partition =>
    {
        for (var number = 0; !end.IsCancellationRequested; number += 3)
        {
            await transport.SendAsync(Some.Messages(stream, partition, 3, number), CancellationToken.None);
            for (var accepted = number; accepted < number + 3; accepted++) Say($"{partition} {accepted}");
        }
    }));
    return 0;
}

async Task<int> ReadAsync()
{
    await using var transport = await StartAsync();
    await using var reading = await transport.SubscribeAsync(
        new Subscription(stream, partitions, "inventory", BatchMax: 8),
        (delivery, _) =>
        {
            foreach (var message in delivery.Messages) Say($"{message.Partition} {message.Number()}");
            return Task.FromResult(DeliveryOutcome.Settle);
        },
        CancellationToken.None);
    await WaitAsync();
    return 0;
}

async Task<int> StoreAsync()
{
    var options = Options.Create(new SqliteStoreOptions { File = file });
    using var database = new SqliteDatabase(options, TimeProvider.System);
    using var store = new SqliteStore(
        database, options, Options.Create(new OutboxOptions()), TimeProvider.System);
    await store.PrepareAsync(CancellationToken.None);
    for (var number = 0; !end.IsCancellationRequested; number++)
    {
        await using var session = await store.BeginAsync(CancellationToken.None);
        session.Enqueue("INSERT INTO orders (number) VALUES ($1)", [number]);
        session.AppendOutbox([Some.OutboxRow(0, "order-" + number, $"{number}")]);
        await session.CommitAsync(CancellationToken.None);
        Say($"0 {number}");
    }
    return 0;
}

async Task<ITransport> StartAsync()
{
    var transport = new EmbeddedTransport(
        Options.Create(new EmbeddedTransportOptions { File = file }), TimeProvider.System, NullLoggerFactory.Instance);
    await transport.StartAsync(
        new Topology([new StreamDefinition(stream, partitions, ["inventory"])],
            [new Subscription(stream, partitions, "inventory")]),
        CancellationToken.None);
    return transport;
}

async Task WaitAsync()
{
    try
    {
        await Task.Delay(Timeout.Infinite, end.Token);
    }
    catch (OperationCanceledException)
    {
        // Asked to end.
    }
}

static void Say(string line)
{
    lock (Console.Out)
    {
        Console.Out.WriteLine(line);
        Console.Out.Flush();
    }
}
