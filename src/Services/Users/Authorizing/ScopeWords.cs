namespace Tessera.Users;

/// <summary>What a scope means to a person who is asked for it.</summary>
internal static class ScopeWords
{
    public static string Of(string scope) => scope switch
    {
        "openid" => "Know who you are",
        "profile" => "Read your name",
        "email" => "Read your e-mail address",
        "offline_access" => "Go on while you are away",
        "orders.read" => "Read your orders",
        "orders.write" => "Place and cancel orders for you",
        "payments.read" => "Read your payments",
        "users.read" => "Read your account and addresses",
        "users.write" => "Change your account and addresses",
        "inventory.read" => "Read what is in stock",
        _ => $"Use {scope}",
    };
}
