namespace Tessera.Users.Contracts;

/// <summary>Events carry no personal data: who needs it asks Users, and an erasure then reaches everywhere.</summary>
public sealed record UserRegistered(Guid User)
{
    public const string EventType = "users.user-registered.v1";
}

public sealed record UserChanged(Guid User)
{
    public const string EventType = "users.user-changed.v1";
}

/// <summary>The account is gone; whoever keeps data about the user erases it.</summary>
public sealed record UserErased(Guid User)
{
    public const string EventType = "users.user-erased.v1";
}
