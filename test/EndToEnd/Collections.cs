using Xunit;

namespace Tessera.EndToEnd;

[CollectionDefinition(nameof(StoreWithShortTimers))]
public sealed class ShortTimers : ICollectionFixture<StoreWithShortTimers>;

[CollectionDefinition(nameof(PlainStore))]
public sealed class Plain : ICollectionFixture<PlainStore>;
