namespace Tessera.Rolling;

public sealed class PaceTests
{
    [Theory]
    [InlineData(1000, true)]
    [InlineData(800, true)]
    [InlineData(799, false)]
    public void Is_kept_by_four_orders_of_five_that_were_asked_for(int orders, bool isKept) =>
        Assert.Equal(isKept, new Pace(orders, TimeSpan.FromSeconds(10), Asked: 100).IsKept);

    [Fact]
    public void Says_how_many_a_second_it_was() =>
        Assert.Equal("1234 orders, 98.7 a second", $"{new Pace(1234, TimeSpan.FromSeconds(12.5), Asked: 100)}");
}
