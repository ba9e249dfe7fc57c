using Tessera.OrderHop;

// Roles of the child processes; anything else is the driver. See bench/README.md.
switch (args is [var role, ..] ? role : "")
{
    case "orders":
        await using (var app = LibraryNodes.Orders([]))
        {
            await app.StartAsync();
            await Serve.RunAsync(LibraryNodes.Placing(app.Services));
            await app.StopAsync();
        }
        return 0;
    case "inventory":
        await using (var app = LibraryNodes.Inventory([]))
        {
            await app.StartAsync();
            await Serve.RunAsync(null);
            await app.StopAsync();
        }
        return 0;
    case "floor-orders":
        await Serve.RunAsync((await FloorNode.StartAsync(
            Setting("Database__ConnectionString"), Setting("Messaging__RabbitMq__Uri"), "floor.reserved", "floor.placed", false)).PlaceAsync);
        return 0;
    case "floor-inventory":
        await FloorNode.StartAsync(
            Setting("Database__ConnectionString"), Setting("Messaging__RabbitMq__Uri"), "floor.placed", "floor.reserved", true);
        await Serve.RunAsync(null);
        return 0;
    default:
        return await Driver.RunAsync(args);
}

static string Setting(string name) =>
    Environment.GetEnvironmentVariable(name) ?? throw new InvalidOperationException($"{name} is not set.");
