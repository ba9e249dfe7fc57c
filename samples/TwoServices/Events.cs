namespace Tessera.TwoServices;

internal sealed record CoffeeOrdered(Guid Order, string Drink)
{
    public const string EventType = "till.coffee-ordered.v1";
}

internal sealed record CoffeeReady(Guid Order, string Drink)
{
    public const string EventType = "barista.coffee-ready.v1";
}
