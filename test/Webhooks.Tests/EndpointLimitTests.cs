namespace Tessera.Webhooks.Tests;

public sealed class EndpointLimitTests
{
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Of_many_at_once_no_more_are_registered_than_one_owner_may_have(bool onPostgres)
    {
        await using var webhooks = await WebhooksInMemory.StartAsync(onPostgres);
        var owner = Guid.NewGuid();
        var added = await Task.WhenAll(Enumerable.Range(0, 20).Select(number => Task.Run(() => webhooks.TryAddAsync(
            new Endpoint(
                Guid.CreateVersion7(), owner, $"https://partner.example/{number}", null, false, EndpointState.Active,
                null, "sealed", null, null, null, webhooks.Clock.GetUtcNow()),
            ownersMax: 5))));
        Assert.Equal(5, added.Count(each => each));
    }
}
