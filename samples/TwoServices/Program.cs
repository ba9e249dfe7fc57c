using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Tessera.Messaging;
using Tessera.Messaging.Sqlite;
using Tessera.Messaging.Store;
using Tessera.TwoServices;

// Two services that share nothing but a broker, here a file. Usage: TwoServices [orders] [folder]
// Each could be a process of its own, on its own machine with another broker; together they fit on one page.
var orders = args.Length > 0 ? int.Parse(args[0], System.Globalization.CultureInfo.InvariantCulture) : 10;
var folder =
    Directory.CreateDirectory(args.Length > 1 ? args[1] : Path.Combine(Path.GetTempPath(), "two-services")).FullName;
using var stop = new CancellationTokenSource();
Console.CancelKeyPress += (_, pressed) =>
{
    pressed.Cancel = true;
    stop.Cancel();
};

using var till = Service("till", messages => messages
    .Publishes<CoffeeOrdered>(ordered => ordered.Order)
    .Handle<CallOutOnCoffeeReady>());
using var barista = Service("barista", messages => messages
    .Publishes<CoffeeReady>(ready => ready.Order)
    .Handle<MakeCoffeeOnCoffeeOrdered>());
await StartAsync(till, Till.Schema);
await StartAsync(barista, MakeCoffeeOnCoffeeOrdered.Schema);

for (var number = 0; number < orders; number++) await Till.TakeOrderAsync(till.Services, number, stop.Token);
while (await CountAsync("select count(*) from orders where ready = 0") > 0)
    await Task.Delay(TimeSpan.FromMilliseconds(20), stop.Token);
Console.WriteLine(
    $"{await CountAsync("select count(*) from orders")} orders taken, all of them ready. Their files are in {folder}.");

await till.StopAsync();
await barista.StopAsync();
return 0;

IHost Service(string name, Action<MessagingBuilder> list)
{
    var builder = Host.CreateEmptyApplicationBuilder(new HostApplicationBuilderSettings());
    builder.Services.AddMessaging(name, messages =>
    {
        list(messages);
        messages.UseSqlite(options => options.File = Path.Combine(folder, name + ".db"));
        messages.UseEmbeddedTransport(options => options.File = Path.Combine(folder, "events.db"));
    });
    return builder.Build();
}

async Task StartAsync(IHost service, string schema)
{
    await using (var scope = service.Services.CreateAsyncScope())
    {
        var work = scope.ServiceProvider.GetRequiredService<UnitOfWork>();
        await work.BeginAsync(stop.Token);
        work.Enqueue(schema);
        await work.CommitAsync(stop.Token);
    }
    await service.StartAsync(stop.Token);
}

async Task<long> CountAsync(string sql) =>
    (await till.Services.GetRequiredService<IDatabase>().QueryAsync(sql, [], row => row.GetInt64(0), stop.Token))[0];
