namespace Tessera.Web.Tests;

/// <summary>One store for all of these tests.</summary>
[CollectionDefinition(nameof(ShopInBrowser))]
public sealed class ShopInBrowserCollection : ICollectionFixture<ShopInBrowser>;
