namespace Tessera.Users.Tests;

/// <summary>One process for all who only ask it: a start costs as much as twenty of these tests. Each has accounts of
/// its own, and they come one after the other.</summary>
[CollectionDefinition(nameof(UsersProcess))]
public sealed class SharedUsers : ICollectionFixture<UsersProcess>;

/// <summary>One process for those who kill it and start it again, which the others would notice.</summary>
[CollectionDefinition(nameof(RestartedUsers))]
public sealed class RestartedUsers : ICollectionFixture<UsersProcess>;

/// <inheritdoc cref="HastyUsers"/>
[CollectionDefinition(nameof(HastyUsers))]
public sealed class HastyUsersCollection : ICollectionFixture<HastyUsers>;
