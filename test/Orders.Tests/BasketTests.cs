namespace Tessera.Orders.Tests;

public sealed class BasketTests
{
    [Fact]
    public void Adds_up_lines_of_the_same_product_where_it_first_stood()
    {
        Assert.True(Basket.TryMerge([new("A", 1), new("B", 2), new("A", 3)], out var lines, out _));
        Assert.Equal([new("A", 4), new("B", 2)], lines);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(-1)]
    [InlineData(100_001)]
    [InlineData(1_000_000_000)]
    [InlineData(int.MaxValue)]
    public void Refuses_a_quantity_out_of_bounds(int quantity)
    {
        Assert.False(Basket.TryMerge([new("A", quantity)], out _, out var refusal));
        Assert.Contains("'A'", refusal, StringComparison.Ordinal);
    }

    [Fact]
    public void Refuses_lines_that_are_too_many_together()
    {
        Assert.False(Basket.TryMerge([new("A", 100_000), new("A", 1)], out _, out _));
        Assert.True(Basket.TryMerge([new("A", 99_999), new("A", 1)], out _, out _));
        Assert.False(Basket.TryMerge([], out _, out _));
        Assert.False(Basket.TryMerge(Enumerable.Range(0, 201).Select(at => new WantedLine($"S{at}", 1)), out _, out _));
        Assert.True(Basket.TryMerge(Enumerable.Range(0, 200).Select(at => new WantedLine($"S{at}", 1)), out _, out _));
    }

    [Fact]
    public void Sums_without_overflow_and_refuses_a_total_over_the_bound()
    {
        Assert.True(Basket.TryPrice([new("A", null, 3, 250), new("B", null, 1, 1)], "GBP", out var basket, out _));
        Assert.Equal(751, basket.TotalMinor);
        var dear = Enumerable.Range(0, 200)
            .Select(at => new BasketLine($"S{at}", null, 100_000, 100_000_000)).ToArray();
        Assert.False(Basket.TryPrice(dear, "GBP", out _, out _));
        Assert.False(Basket.TryPrice([new("A", null, 1, 0)], "GBP", out _, out _));
        Assert.True(Basket.TryPrice([new("A", null, 100, Basket.TotalMinorMax / 100)], "GBP", out _, out _));
        BasketLine[] over = [new("A", null, 100, Basket.TotalMinorMax / 100), new("B", null, 1, 1)];
        Assert.False(Basket.TryPrice(over, "GBP", out _, out _));
    }
}
