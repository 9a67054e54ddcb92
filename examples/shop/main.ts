import { App } from 'cdktf';
import { LocalStack } from 'kiln-cdk/stacks';
import { addShop } from './shop';

const app = new App();
addShop(new LocalStack(app, 'shop'));
app.synth();
