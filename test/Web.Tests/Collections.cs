using Tessera.Web.Tests.Operators;

namespace Tessera.Web.Tests;

/// <summary>One store for all tests that leave its services running.</summary>
[CollectionDefinition(nameof(ShopInBrowser))]
public sealed class ShopInBrowserCollection : ICollectionFixture<ShopInBrowser>;

/// <summary>One store for all tests that stop services for long or kill them.</summary>
[CollectionDefinition(nameof(ChaoticShop))]
public sealed class ChaoticShopCollection : ICollectionFixture<ChaoticShop>;
