using Tessera.Cli.Retail;
using Tessera.Cli.Shop;
using Xunit;

namespace Tessera.Cli.Tests;

public sealed class BatchesTests
{
    [Fact]
    public async Task Takes_all_but_the_ones_for_whose_sake_their_batches_were_refused()
    {
        var (taken, refused) = (new List<int>(), new List<int>());
        await Batches.SendAsync(
            Enumerable.Range(0, 1200),
            batch => Answer(batch.Any(each => each is 3 or 777) ? 422 : 200),
            (batch, _) => taken.AddRange(batch), (each, _) => refused.Add(each));
        Assert.Equal([3, 777], refused);
        Assert.Equal(Enumerable.Range(0, 1200).Except([3, 777]), taken);
    }

    [Fact]
    public async Task Ends_when_the_refusal_is_not_about_what_was_sent() =>
        await Assert.ThrowsAsync<UserError>(() => Batches.SendAsync(
            Enumerable.Range(0, 1200), _ => Answer(403),
            (_, _) => Assert.Fail("taken"), (_, _) => Assert.Fail("refused")));

    private static Task<Answer> Answer(int status) => Task.FromResult(new Answer(status, "{}"u8.ToArray(), null));
}
