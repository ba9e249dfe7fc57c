namespace Tessera.Orders.Tests;

/// <summary>One shop for all test classes that need processes.</summary>
[CollectionDefinition(nameof(Shop))]
public sealed class ShopCollection : ICollectionFixture<Shop>;

/// <inheritdoc cref="ShopCollection"/>
[CollectionDefinition(nameof(PostgresShop))]
public sealed class PostgresShopCollection : ICollectionFixture<PostgresShop>;
