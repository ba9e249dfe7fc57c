namespace Tessera.Catalog.Tests;

public sealed class ProductTests
{
    private static readonly Product pot = Product.Add("A1", "Tea pot", null, "kitchen", 1250).Product;

    [Fact]
    public void Starts_at_version_1_and_is_announced() =>
        Assert.Equal((1, ChangeKind.Listed), (pot.Version, Product.Add("A1", "Tea pot", null, null, 1250).Kind));

    [Fact]
    public void Does_not_change_by_the_same_content() =>
        Assert.Equal(new ProductChange(pot, ChangeKind.None), pot.Put("Tea pot", null, "kitchen", 1250));

    [Theory]
    [InlineData("Tea pot", "kitchen", 1300, ChangeKind.Repriced)]
    [InlineData("Coffee pot", "kitchen", 1250, ChangeKind.Listed)]
    [InlineData("Coffee pot", "kitchen", 1300, ChangeKind.Listed)]
    [InlineData("Tea pot", "garden", 1250, ChangeKind.Described)]
    public void Tells_what_changed(string name, string category, long price, object kind)
    {
        var change = pot.Put(name, null, category, price);
        Assert.Equal((kind, 2), (change.Kind, change.Product.Version));
    }

    [Fact]
    public void Is_announced_again_when_it_comes_back()
    {
        var withdrawn = pot.Withdraw();
        var back = withdrawn.Product.Put("Tea pot", null, "kitchen", 1250);
        Assert.Equal((ChangeKind.Withdrawn, ChangeKind.Listed, 3), (withdrawn.Kind, back.Kind, back.Product.Version));
        Assert.False(back.Product.Withdrawn);
    }

    [Fact]
    public void Is_withdrawn_once() => Assert.Equal(ChangeKind.None, pot.Withdraw().Product.Withdraw().Kind);
}
