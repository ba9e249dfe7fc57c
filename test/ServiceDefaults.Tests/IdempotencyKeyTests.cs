namespace Tessera.ServiceDefaults.Tests;

public sealed class IdempotencyKeyTests
{
    private sealed record Before(string Name, int Quantity, string? Mark = null);

    private sealed record After(
        int Quantity, bool Gift = false, string? Mark = null, long? Total = null, string Name = "", int Weight = 0);

    [Fact]
    public void Knows_a_request_again_after_optional_members_were_added_to_its_shape() =>
        Assert.Equal(
            IdempotencyKey.HashOf(new[] { new Before("pot", 2) }),
            IdempotencyKey.HashOf(new[] { new After(2, Name: "pot") }));

    [Fact]
    public void Tells_a_request_that_uses_the_new_member() =>
        Assert.NotEqual(
            IdempotencyKey.HashOf(new After(2, Name: "pot")),
            IdempotencyKey.HashOf(new After(2, Name: "pot", Gift: true)));
}
