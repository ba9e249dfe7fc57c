using System.ComponentModel.DataAnnotations;

namespace Tessera.Baskets.Contracts;

/// <summary>GET /baskets/mine and /baskets/{id}. A basket that nobody has put anything into is an empty one.</summary>
/// <param name="Edition">Stays while the basket is filled and changes once it has been ordered: whoever derives the
/// order's Idempotency-Key from it orders each filling once, from however many windows. Null while it is empty.</param>
public sealed record BasketView(Guid? Edition, IReadOnlyList<BasketLineView> Lines);

/// <param name="SeenPriceMinor">What the product cost when it was put in, or when its price was last agreed to.</param>
public sealed record BasketLineView(string Sku, int Quantity, long SeenPriceMinor);

/// <summary>PUT /baskets/mine/lines/{sku} and /baskets/{id}/lines/{sku}: the line says this from now on.</summary>
public sealed record PutLineRequest(
    [property: Range(1, 999)] int Quantity, [property: Range(1, 100_000_000)] long SeenPriceMinor);

/// <summary>POST /baskets/mine/merge: what is in the basket of before the sign-in comes into one's own; of a product
/// that is in both, the greater quantity stays; of more different products than a basket holds, those that were put in
/// first. Again, it changes nothing.</summary>
public sealed record MergeBasketRequest(Guid Basket);

/// <summary>POST /baskets/mine/ordered: the order takes its lines out of the basket, and what is left begins a new
/// edition. What was put in after the order stays, and of what became more the rest. Of another edition than the one
/// that was ordered nothing goes; so again, it changes nothing.</summary>
public sealed record TakeOrderedRequest(Guid Edition, [property: Length(1, 200)] IReadOnlyList<TakenLine> Lines);

public sealed record TakenLine(
    [property: Required, RegularExpression("^[A-Za-z0-9][A-Za-z0-9._-]{0,31}$")] string Sku,
    [property: Range(1, int.MaxValue)] int Quantity);
