using System.Globalization;
using k8s.Models;
using Tessera.Cli.Up;
using Tessera.Messaging.Postgres;
using Xunit;

namespace Tessera.Delivery.Tests.Manifests;

/// <summary>What must fit together so that one version can take the place of another.</summary>
public sealed class ReleaseTests(RenderedManifests manifests) : IClassFixture<RenderedManifests>
{
    /// <summary>What a name server of a cluster remembers of a headless Service, unless it is set otherwise.</summary>
    private static readonly TimeSpan namesKeptFor = TimeSpan.FromSeconds(5);

    [Theory]
    [InlineData(RenderedManifests.Local)]
    [InlineData(RenderedManifests.Production)]
    public void Every_image_has_the_version_of_its_service(string overlay)
    {
        foreach (var process in RenderedManifests.Listed)
        {
            var pod = manifests.One<V1Deployment>(overlay, process.Name).Spec.Template.Spec;
            Assert.EndsWith($"tessera/{process.Name}:{process.Version}", pod.Containers.Single().Image);
        }
    }

    [Theory]
    [InlineData(RenderedManifests.Local)]
    [InlineData(RenderedManifests.Migrations)]
    public void Every_migration_is_named_by_the_version_that_it_brings(string overlay)
    {
        foreach (var process in RenderedManifests.Listed.Where(process => process.HasMigration))
        {
            var job = manifests.One<V1Job>(overlay, $"{process.Name}-migrate-{process.Version.Replace('.', '-')}");
            Assert.EndsWith(
                $"tessera/{process.Name}:{process.Version}", job.Spec.Template.Spec.Containers.Single().Image);
        }
    }

    [Fact]
    public void The_gateway_knows_a_new_replica_before_the_old_one_is_gone()
    {
        var settings = Assert.Single(manifests.All<V1ConfigMap>(RenderedManifests.Production)).Data;
        var known = Time(settings["Gateway__ResolveInterval"]) + namesKeptFor;
        foreach (var each in manifests.All<V1Deployment>(RenderedManifests.Production))
        {
            var pause = TimeSpan.FromSeconds(each.Spec.Template.Spec.Containers[0].Lifecycle.PreStop.Sleep.Seconds);
            Assert.True(known < pause + Time(settings["Stop__UnreadyFor"]), each.Metadata.Name);
        }
    }

    [Fact]
    public void The_database_that_comes_with_the_store_takes_the_connections_of_old_and_new()
    {
        var needed = 2 * RenderedManifests.Listed.Count(process => process.HasServers)
            * new PostgresStoreOptions().PoolSizeMax;
        var local = manifests.One<V1StatefulSet>(RenderedManifests.Local, "postgres");
        var composed = File.ReadAllText(Path.Combine(SourceTree.Root, "deploy", "compose", "compose.yaml"));
        const string setting = "max_connections=";
        Assert.All([string.Join(' ', local.Spec.Template.Spec.Containers.Single().Args), composed], text =>
        {
            var digits = text[(text.IndexOf(setting, StringComparison.Ordinal) + setting.Length)..]
                .TakeWhile(char.IsAsciiDigit);
            Assert.True(int.Parse(string.Concat(digits), CultureInfo.InvariantCulture) > needed);
        });
    }

    private static TimeSpan Time(string text) => TimeSpan.Parse(text, CultureInfo.InvariantCulture);
}
