using k8s.Models;
using Tessera.Cli.Shipping;
using Xunit;

namespace Tessera.Delivery.Tests.Manifests;

public sealed class ManifestTests(RenderedManifests manifests) : IClassFixture<RenderedManifests>
{
    public static TheoryData<string> Overlays =>
        [RenderedManifests.Local, RenderedManifests.Production, RenderedManifests.Migrations];

    [Theory, MemberData(nameof(Overlays))]
    public void Everything_is_what_Kubernetes_knows(string overlay) =>
        Assert.NotEmpty(RenderedManifests.Read(manifests.Text(overlay)));

    [Fact]
    public void A_member_that_Kubernetes_does_not_know_is_refused()
    {
        var text = manifests.Text(RenderedManifests.Production);
        var misspelt = text.Replace("livenessProbe:", "livelinessProbe:", StringComparison.Ordinal);
        Assert.NotEqual(text, misspelt);
        var refused = Assert.ThrowsAny<Exception>(() => RenderedManifests.Read(misspelt));
        Assert.Contains("livelinessProbe", refused.ToString(), StringComparison.Ordinal);
    }

    [Theory, MemberData(nameof(Overlays))]
    public void Every_pod_keeps_to_the_restricted_standard(string overlay)
    {
        var pods = PodsOf(overlay).ToList();
        Assert.NotEmpty(pods);
        Assert.Empty(pods.SelectMany(pod => PodRules.Violations(pod.Name, pod.Template)));
    }

    [Fact]
    public void A_pod_that_does_not_is_caught()
    {
        var pod = manifests.One<V1Deployment>(RenderedManifests.Production, "orders").Spec.Template;
        pod.Spec.SecurityContext.RunAsNonRoot = null;
        pod.Spec.Containers[0].SecurityContext.ReadOnlyRootFilesystem = false;
        pod.Spec.Containers[0].Env.Add(
            new V1EnvVar { Name = "Database__ConnectionString", Value = "Host=db;Password=hush" });
        pod.Spec.Containers[0].LivenessProbe = null;
        string[] found = [.. PodRules.Violations("orders", pod), .. PodRules.ServingViolations("orders", pod)];
        Assert.Equal(
            [
                "orders: may run as root", "orders: may write to its root",
                "orders: has the secret Database__ConnectionString in its environment", "orders: no liveness probe",
            ],
            found);
    }

    [Theory]
    [InlineData(RenderedManifests.Local)]
    [InlineData(RenderedManifests.Production)]
    public void Every_process_of_the_list_is_deployed_with_probes_and_an_end(string overlay)
    {
        var deployed = manifests.All<V1Deployment>(overlay);
        Assert.Equal(
            RenderedManifests.Listed.Select(process => process.Name).Order(StringComparer.Ordinal),
            deployed.Select(each => each.Metadata.Name).Order(StringComparer.Ordinal));
        Assert.Empty(deployed.SelectMany(each => PodRules.ServingViolations(each.Metadata.Name, each.Spec.Template)));
    }

    [Fact]
    public void The_grace_holds_the_pause_the_unready_time_and_the_stop()
    {
        var settings = SettingsOf(RenderedManifests.Production);
        var unready = TimeSpan.Parse(settings["Stop__UnreadyFor"], System.Globalization.CultureInfo.InvariantCulture);
        // As StopOptions has them, unless set.
        var (confirm, stop) = (TimeSpan.FromSeconds(2), TimeSpan.FromSeconds(30));
        Assert.DoesNotContain("Stop__Timeout", settings.Keys);
        foreach (var each in manifests.All<V1Deployment>(RenderedManifests.Production))
        {
            var pod = each.Spec.Template.Spec;
            var pause = TimeSpan.FromSeconds(pod.Containers[0].Lifecycle.PreStop.Sleep.Seconds);
            Assert.True(
                TimeSpan.FromSeconds(pod.TerminationGracePeriodSeconds!.Value) > pause + unready + confirm + stop,
                each.Metadata.Name);
            // Balancers notice while it still answers.
            var probe = pod.Containers[0].ReadinessProbe;
            Assert.True(
                TimeSpan.FromSeconds(probe.PeriodSeconds!.Value * probe.FailureThreshold!.Value) <= unready,
                each.Metadata.Name);
        }
    }

    [Fact]
    public void Production_scales_and_drains_each_process()
    {
        var names = RenderedManifests.Listed.Select(process => process.Name).Order(StringComparer.Ordinal).ToList();
        var scaled = manifests.All<V2HorizontalPodAutoscaler>(RenderedManifests.Production);
        var drained = manifests.All<V1PodDisruptionBudget>(RenderedManifests.Production);
        Assert.Equal(names, scaled.Select(each => each.Spec.ScaleTargetRef.Name).Order(StringComparer.Ordinal));
        Assert.Equal(names, drained.Select(each => each.Metadata.Name).Order(StringComparer.Ordinal));
        Assert.All(scaled, each => Assert.True(each.Spec.MinReplicas >= 2));
        Assert.All(drained, each => Assert.Equal("1", each.Spec.MaxUnavailable.Value));
        Assert.All(
            manifests.All<V1Deployment>(RenderedManifests.Production), each => Assert.Null(each.Spec.Replicas));
    }

    [Theory]
    [InlineData(RenderedManifests.Local)]
    [InlineData(RenderedManifests.Migrations)]
    public void Every_process_with_tables_is_migrated_by_a_job_of_its_own_once(string overlay)
    {
        var jobs = manifests.All<V1Job>(overlay);
        Assert.Equal(
            RenderedManifests.Listed.Where(process => process.HasMigration).Select(process => process.Name)
                .Order(StringComparer.Ordinal),
            jobs.Select(job => job.Spec.Template.Spec.Containers.Single().Name).Order(StringComparer.Ordinal));
        Assert.All(jobs, job => Assert.Equal(["--migrate"], job.Spec.Template.Spec.Containers[0].Args));
        Assert.All(jobs, job => Assert.Equal(0, job.Spec.BackoffLimit));
        Assert.Equal("Wait", SettingsOf(overlay)["Tessera__Migrate"]);
    }

    [Fact]
    public void Only_the_gateway_is_reached_from_outside()
    {
        var ingress = Assert.Single(manifests.All<V1Ingress>(RenderedManifests.Production));
        Assert.Equal(
            "gateway", Assert.Single(Assert.Single(ingress.Spec.Rules).Http.Paths).Backend.Service.Name);
        Assert.All(manifests.All<V1Service>(RenderedManifests.Production), service =>
            Assert.True(service.Spec.Type is null or "ClusterIP", service.Metadata.Name));
        Assert.Empty(manifests.All<V1Secret>(RenderedManifests.Production));
    }

    [Theory]
    [InlineData(RenderedManifests.Local)]
    [InlineData(RenderedManifests.Production)]
    public void All_names_that_a_pod_mounts_are_there(string overlay)
    {
        var settings = manifests.All<V1ConfigMap>(overlay).Select(each => each.Metadata.Name).ToHashSet();
        var claims = manifests.All<V1PersistentVolumeClaim>(overlay).Select(each => each.Metadata.Name).ToHashSet();
        var accounts = manifests.All<V1ServiceAccount>(overlay).Select(each => each.Metadata.Name).ToHashSet();
        var secrets = manifests.All<V1Secret>(overlay).Select(each => each.Metadata.Name).ToHashSet();
        foreach (var (name, template) in PodsOf(overlay))
        {
            var pod = template.Spec;
            Assert.All(pod.Containers.SelectMany(each => each.EnvFrom ?? []), from =>
                Assert.Contains(from.ConfigMapRef.Name, settings));
            if (pod.ServiceAccountName is { } account) Assert.Contains(account, accounts);
            foreach (var volume in pod.Volumes)
            {
                if (volume.PersistentVolumeClaim is { } claim) Assert.Contains(claim.ClaimName, claims);
                // Production's secrets are made by others, by the names that the documents say.
                if (volume.Secret is not { Optional: not true } secret) continue;
                if (overlay == RenderedManifests.Local) Assert.Contains(secret.SecretName, secrets);
                else Assert.Equal($"{name}-secrets", secret.SecretName);
            }
        }
    }

    [Fact]
    public void The_files_of_each_process_are_those_that_its_list_makes()
    {
        foreach (var (path, text) in DeployFiles.Make(RenderedManifests.Listed))
        {
            var file = Path.Combine(Cli.Up.SourceTree.Root, path);
            Assert.True(
                File.Exists(file) && File.ReadAllText(file) == text,
                $"{path} is not what the list makes of it; make it anew with: tessera deploy-files");
        }
    }

    private IDictionary<string, string> SettingsOf(string overlay) =>
        Assert.Single(manifests.All<V1ConfigMap>(overlay)).Data;

    private IEnumerable<(string Name, V1PodTemplateSpec Template)> PodsOf(string overlay) =>
        manifests.All<V1Deployment>(overlay).Select(each => (each.Metadata.Name, each.Spec.Template))
            .Concat(manifests.All<V1StatefulSet>(overlay).Select(each => (each.Metadata.Name, each.Spec.Template)))
            .Concat(manifests.All<V1Job>(overlay).Select(each => (each.Metadata.Name, each.Spec.Template)));
}
