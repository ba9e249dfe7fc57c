namespace Tessera.Inventory.Tests;

public sealed class StockLevelTests
{
    [Fact]
    public void Moves_units_between_shelf_hold_and_commitment()
    {
        var level = new StockLevel("A", 10, 0, 0, 10);
        level.Hold(4);
        level.Commit(3);
        level.Release(1);
        level.Uncommit(2);
        Assert.Equal((9L, 0L, 1L, 10L), (level.OnHand, level.Held, level.Committed, level.Received));
    }

    [Theory]
    [InlineData(11)]
    [InlineData(0)]
    [InlineData(-1)]
    public void Refuses_to_take_what_is_not_there(long quantity)
    {
        var level = new StockLevel("A", 10, 10, 10, 30);
        Assert.Throws<InvalidOperationException>(() => level.Hold(quantity));
        Assert.Throws<InvalidOperationException>(() => level.Release(quantity));
        Assert.Throws<InvalidOperationException>(() => level.Commit(quantity));
        Assert.Throws<InvalidOperationException>(() => level.Uncommit(quantity));
        Assert.Equal((10L, 10L, 10L), (level.OnHand, level.Held, level.Committed));
    }
}
