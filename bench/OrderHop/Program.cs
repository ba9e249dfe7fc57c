using Tessera.OrderHop;

// Roles of the child processes; anything else is the driver. See bench/README.md.
var role = args is [var first, ..] ? first : "";
switch (role)
{
    case "orders":
    case "grouped-orders":
        await using (var app = LibraryNodes.Orders([]))
        {
            await app.StartAsync();
            await Serve.RunAsync(
                role == "orders" ? LibraryNodes.Placing(app.Services) : LibraryNodes.PlacingInGroups(app.Services));
            await app.StopAsync();
        }
        return 0;
    case "inventory":
    case "grouped-inventory":
        await using (var app = LibraryNodes.Inventory([]))
        {
            await app.StartAsync();
            await Serve.RunAsync(null);
            await app.StopAsync();
        }
        return 0;
    case "floor-orders":
        await Serve.RunAsync((await FloorNode.StartAsync(
            Setting("Database__ConnectionString"), Setting("Messaging__RabbitMq__Uri"),
            "floor.reserved", "floor.placed", false)).PlaceAsync);
        return 0;
    case "floor-inventory":
        await FloorNode.StartAsync(
            Setting("Database__ConnectionString"), Setting("Messaging__RabbitMq__Uri"),
            "floor.placed", "floor.reserved", true);
        await Serve.RunAsync(null);
        return 0;
    default:
        return await Driver.RunAsync(args);
}

static string Setting(string name) =>
    Environment.GetEnvironmentVariable(name) ?? throw new InvalidOperationException($"{name} is not set.");
